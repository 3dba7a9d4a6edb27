package dev.mezzotint.diffusion.cli;

import dev.mezzotint.diffusion.checkpoint.LoraFile;
import dev.mezzotint.diffusion.checkpoint.LoraOption;
import dev.mezzotint.diffusion.checkpoint.LoraUse;
import dev.mezzotint.diffusion.pipeline.ModelFolder;
import dev.mezzotint.diffusion.pipeline.ModelReader;
import dev.mezzotint.diffusion.pipeline.StoredModel;
import dev.mezzotint.diffusion.pipeline.TextToImageModel;
import dev.mezzotint.diffusion.schedule.PredictionType;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which model draws, and what is added to it. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "DIR|FILE",
            description =
                    "Model: a folder in diffusers' layout, or one file, safetensors or ckpt (default: the built-in"
                            + " model).")
    private Optional<Path> model = Optional.empty();

    @Option(
            names = "--tokenizer",
            paramLabel = "DIR",
            description = "Folder or file of the tokenizer (default: the model's own; single files have none).")
    private Optional<Path> tokenizer = Optional.empty();

    @Option(
            names = "--prediction",
            paramLabel = "TYPE",
            converter = PredictionConverter.class,
            description = "What the model predicts, epsilon, v or sample, where its configuration is wrong"
                    + " or missing (default: as it says, or looks).")
    private Optional<PredictionType> prediction = Optional.empty();

    @Option(
            names = "--lora",
            paramLabel = "FILE[:WEIGHT]",
            converter = LoraConverter.class,
            description = "Add a LoRA (kohya's or PEFT's names) to the weights, with a weight of 1 unless told; may be"
                    + " given several times.")
    private List<LoraOption> loras = new ArrayList<>();

    /** Reads a prediction type's name. */
    static final class PredictionConverter implements ITypeConverter<PredictionType> {
        @Override
        public PredictionType convert(String name) {
            try {
                return PredictionType.ofLabel(name.equals("v") ? PredictionType.V_PREDICTION.label() : name);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** Reads a LoRA's file and weight. */
    static final class LoraConverter implements ITypeConverter<LoraOption> {
        @Override
        public LoraOption convert(String text) {
            try {
                return LoraOption.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** The model on disk, with what is added to it. */
    StoredModel open() throws IOException {
        StoredModel stored = StoredModel.open(model.isPresent() ? model.get() : ModelFolder.builtIn(), prediction);
        if (loras.isEmpty()) {
            return stored;
        }
        List<LoraUse> uses = new ArrayList<>();
        for (LoraOption lora : loras) {
            uses.add(new LoraUse(LoraFile.open(lora.file()), lora.weight()));
        }
        return stored.withLoras(uses);
    }

    /** The model, ready to draw. */
    TextToImageModel read(StoredModel stored, PrintWriter err) throws IOException {
        TextToImageModel read = ModelReader.read(stored, tokenizer);
        stored.remarks().forEach(remark -> err.println("warning: " + remark));
        return read;
    }

    /** The LoRAs as a recipe names them. */
    List<String> loraNames() {
        return loras.stream()
                .map(lora -> lora.file().getFileName() + ":"
                        + BigDecimal.valueOf(lora.weight()).stripTrailingZeros().toPlainString())
                .toList();
    }
}
