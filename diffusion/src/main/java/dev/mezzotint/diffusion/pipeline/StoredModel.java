package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.diffusion.checkpoint.Architecture;
import dev.mezzotint.diffusion.checkpoint.LoraLeftover;
import dev.mezzotint.diffusion.checkpoint.LoraModel;
import dev.mezzotint.diffusion.checkpoint.LoraTarget;
import dev.mezzotint.diffusion.checkpoint.LoraUse;
import dev.mezzotint.diffusion.checkpoint.SingleFile;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.TensorFile;
import dev.mezzotint.engine.checkpoint.TensorFiles;
import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as it lies on disk: configurations, and tensors under diffusers' and transformers' names, of which nothing is
 * read yet.
 *
 * @param name for people
 * @param path the folder or file, for messages
 * @param texts one text encoder, or two (SDXL)
 * @param vae absent for a model of pixels
 * @param scheduler as {@code scheduler_config.json} holds it
 * @param zeroWithoutNegative see {@link TextToImageModel}
 * @param remarks sentences about what was assumed or left out, for a warning
 */
public record StoredModel(
        String name,
        Path path,
        List<Text> texts,
        Unet unet,
        Optional<Vae> vae,
        Json scheduler,
        boolean zeroWithoutNegative,
        List<String> remarks) {
    private static final List<LoraTarget> TEXT_TARGETS = List.of(LoraTarget.TEXT_ENCODER, LoraTarget.TEXT_ENCODER_2);

    /**
     * A text encoder.
     *
     * @param tokenizer where its tokenizer is, if it has one
     */
    public record Text(ClipTextConfig config, TensorFile tensors, Optional<Path> tokenizer) {}

    /** The denoiser. */
    public record Unet(UNetConfig config, TensorFile tensors) {}

    /** The autoencoder. */
    public record Vae(VaeConfig config, TensorFile tensors) {}

    /** Takes copies of the lists. */
    public StoredModel {
        texts = List.copyOf(texts);
        remarks = List.copyOf(remarks);
    }

    /** Finds out what a folder or file holds; what its U-Net predicts is as it says, or found out. */
    public static StoredModel open(Path path) throws IOException {
        return open(path, Optional.empty());
    }

    /**
     * Finds out what a folder in diffusers' layout or a single file in the original layout holds.
     *
     * @param prediction what the U-Net predicts, where somebody knows better than the model's configuration
     * @throws FormatException if it is no model, lacks a part, or belongs to a family that is not supported; the message
     *     names the path, what was found and what to do
     * @throws IOException if it cannot be read
     */
    public static StoredModel open(Path path, Optional<PredictionType> prediction) throws IOException {
        if (!Files.isRegularFile(path)) {
            StoredModel stored = ModelFolder.open(path).stored();
            return prediction.isPresent() ? stored.withPrediction(prediction.get()) : stored;
        }
        try (TensorFile file = TensorFiles.open(path)) {
            SingleFile single = SingleFile.of(file, prediction);
            Architecture architecture = single.architecture();
            List<Text> texts = new ArrayList<>();
            for (int i = 0; i < single.texts().size(); i++) {
                texts.add(new Text(architecture.texts().get(i), single.texts().get(i), Optional.empty()));
            }
            return new StoredModel(
                    stem(path),
                    path,
                    texts,
                    new Unet(architecture.unet(), single.unet()),
                    Optional.of(new Vae(architecture.vae(), single.vae())),
                    architecture.scheduler(),
                    architecture.family().isXl(),
                    single.remarks());
        }
    }

    private static String stem(Path path) {
        String name = path.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 ? name.substring(0, dot) : name;
    }

    /** How many pixels wide and high one position of the U-Net's grid is: 1 for a model of pixels. */
    public int factor() {
        return vae.map(v -> v.config().factor()).orElse(1);
    }

    /** Width and height of the pictures that the model was trained on. */
    public int defaultSize() {
        return factor() * unet.config().sampleSize();
    }

    /** The same model, taken to predict something else. */
    private StoredModel withPrediction(PredictionType prediction) {
        Map<String, Json> members = new LinkedHashMap<>(scheduler.members());
        members.put("prediction_type", Json.of(prediction.label()));
        return new StoredModel(name, path, texts, unet, vae, Json.object(members), zeroWithoutNegative, remarks);
    }

    /**
     * The same model with LoRA files added to its weights while they are read.
     *
     * @throws FormatException if one was made for another model
     */
    public StoredModel withLoras(List<LoraUse> uses) throws FormatException {
        Map<LoraTarget, TensorFile> parts = new EnumMap<>(LoraTarget.class);
        parts.put(LoraTarget.UNET, unet.tensors());
        for (int i = 0; i < texts.size(); i++) {
            parts.put(TEXT_TARGETS.get(i), texts.get(i).tensors());
        }
        LoraModel updated = LoraModel.apply(parts, uses);
        List<Text> newTexts = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            TensorFile tensors = updated.parts().get(TEXT_TARGETS.get(i));
            newTexts.add(new Text(texts.get(i).config(), tensors, texts.get(i).tokenizer()));
        }
        List<String> all = new ArrayList<>(remarks);
        updated.leftovers().stream().map(LoraLeftover::sentence).forEach(all::add);
        Unet newUnet = new Unet(unet.config(), updated.parts().get(LoraTarget.UNET));
        return new StoredModel(name, path, newTexts, newUnet, vae, scheduler, zeroWithoutNegative, all);
    }
}
