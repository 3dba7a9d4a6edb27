package dev.mezzotint.diffusion.prompt;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.clip.tokenizer.Tokenizer;
import dev.mezzotint.clip.tokenizer.TokenizerTrainer;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.random.TorchGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Text encoders of a few thousand random weights, with a tokenizer that knows a few words. */
final class SmallTower {
    /** Pads with its end token, as CLIP does. */
    static final Tokenizer TOKENIZER = TokenizerTrainer.train(
            List.of(
                    "a red cube to the left of a blue sphere on a grey floor",
                    "a small red cone behind a large blue cube"),
            60,
            77);

    private SmallTower() {}

    /** Another tower with another seed. */
    static TextTower of(Tokenizer tokenizer, int seed, int width, int layers, int projection) {
        ClipTextEncoder encoder = new ClipTextEncoder(new ClipTextConfig(
                tokenizer.vocabularySize(),
                width,
                2 * width,
                2,
                layers,
                77,
                Activation.GELU,
                1e-5,
                tokenizer.endToken(),
                projection));
        TorchGenerator generator = new TorchGenerator(seed);
        encoder.parameters().initialize(generator);
        // As in a trained encoder no norm is the identity, and states have a mean that can be restored.
        encoder.parameters().list().stream()
                .filter(parameter -> parameter.name().contains("norm"))
                .forEach(parameter -> {
                    float[] values = parameter.value().data();
                    for (int i = 0; i < values.length; i++) {
                        values[i] += 0.1f + 0.02f * (i % 5);
                    }
                    parameter.changed();
                });
        return new TextTower(tokenizer, encoder);
    }

    /** The same tokenizer, but padding with id 0, "!", as SDXL's second one does. */
    static Tokenizer paddedWithZero(Path folder) {
        try {
            TOKENIZER.save(folder);
            Files.delete(folder.resolve("special_tokens_map.json"));
            Files.writeString(
                    folder.resolve("tokenizer_config.json"), "{\"model_max_length\": 77, \"pad_token\": \"!\"}");
            return Tokenizer.load(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
