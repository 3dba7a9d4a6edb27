package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.json.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The factor of updates that bring no alpha of their own. It is 1, unless the file's metadata hold PEFT's configuration,
 * as diffusers writes it since 2025, or it lies beside the file, as PEFT writes it: then alpha / rank, or alpha / √rank
 * for "rsLoRA" (Kalajdzievski 2023).
 */
record LoraScale(Path file, Optional<Json> configuration) {
    private static final String KEY = "lora_adapter_metadata";
    private static final String PEFT_WEIGHTS = "adapter_model.safetensors";
    private static final String PEFT_CONFIGURATION = "adapter_config.json";

    static LoraScale of(Path file, Map<String, String> metadata) throws IOException {
        String text = metadata.get(KEY);
        Path beside = file.resolveSibling(PEFT_CONFIGURATION);
        if (text == null && file.endsWith(PEFT_WEIGHTS) && Files.exists(beside)) {
            return new LoraScale(beside, Optional.of(JsonFile.read(beside)));
        }
        try {
            return new LoraScale(file, Optional.ofNullable(text).map(Json::parse));
        } catch (JsonException e) {
            throw broken(file, e.getMessage());
        }
    }

    /** The factor of an update of this rank. */
    double of(LoraTarget target, int rank) throws FormatException {
        try {
            Optional<Json> alpha = find(target, "lora_alpha");
            if (alpha.isEmpty()) {
                return 1;
            }
            if (find(target, "alpha_pattern")
                    .filter(p -> !p.members().isEmpty())
                    .isPresent()) {
                throw new FormatException(file + " gives its layers different alphas (alpha_pattern), which is not"
                        + " supported; convert it to kohya's names, where each layer has its own");
            }
            boolean byRoot = find(target, "use_rslora").filter(Json::asBoolean).isPresent();
            double scale = alpha.get().asDouble() / (byRoot ? Math.sqrt(rank) : rank);
            if (!Double.isFinite(scale)) {
                throw broken(file, "lora_alpha is no finite number");
            }
            return scale;
        } catch (JsonException e) {
            throw broken(file, e.getMessage());
        }
    }

    private Optional<Json> find(LoraTarget target, String key) {
        return configuration.flatMap(c -> c.find(target.folder() + "." + key).or(() -> c.find(key)));
    }

    private static FormatException broken(Path file, String why) {
        return new FormatException(
                file + " does not say by what to multiply the updates (" + why + "); get the LoRA anew");
    }
}
