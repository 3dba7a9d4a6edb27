package dev.mezzotint.diffusion.prompt;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.clip.tokenizer.Tokenizer;
import dev.mezzotint.diffusion.Golden;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What diffusers' pipelines give their U-Nets. */
class GoldenPromptTest {
    private static final double TOLERANCE = 1e-4;

    @Test
    void stableDiffusionXl() throws IOException {
        Golden golden = Golden.beside("pipeline/tiny_sdxl");
        Golden run = new Golden(golden.folder().resolve("run_0"));
        PromptEncoder encoder = new PromptEncoder(
                List.of(tower(golden, "tokenizer", "text_encoder"), tower(golden, "tokenizer_2", "text_encoder_2")),
                ContextRule.PENULTIMATE_AND_POOLED);
        EncodedPrompts encoded = encode(encoder, run);
        Tensor pooled = encoded.pooled().orElseThrow();
        Golden.assertClose(run.tensor("negative_embeds"), part(encoded.context(), 0), TOLERANCE, "negative");
        Golden.assertClose(run.tensor("prompt_embeds"), part(encoded.context(), 1), TOLERANCE, "prompt");
        Golden.assertClose(run.tensor("negative_pooled"), part(pooled, 0), TOLERANCE, "negative, pooled");
        Golden.assertClose(run.tensor("pooled"), part(pooled, 1), TOLERANCE, "prompt, pooled");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run_0", "run_1", "run_2"})
    void stableDiffusion(String name) throws IOException {
        Golden golden = Golden.beside("pipeline/tiny_sd15");
        Golden run = new Golden(golden.folder().resolve(name));
        PromptEncoder encoder =
                new PromptEncoder(List.of(tower(golden, "tokenizer", "text_encoder")), ContextRule.LAST_LAYER);
        Tensor context = encode(encoder, run).context();
        Golden.assertClose(run.tensor("negative_embeds"), part(context, 0), TOLERANCE, "negative");
        Golden.assertClose(run.tensor("prompt_embeds"), part(context, 1), TOLERANCE, "prompt");
    }

    private static EncodedPrompts encode(PromptEncoder encoder, Golden run) throws IOException {
        Json description = run.description();
        List<String> prompts = List.of(description.string("negative"), description.string("prompt"));
        return encoder.encode(Tape.inference(Compute.best()), prompts, 1);
    }

    private static TextTower tower(Golden golden, String tokenizer, String component) throws IOException {
        Path model = golden.folder().resolve("model");
        ClipTextEncoder encoder = new ClipTextEncoder(
                ClipTextConfig.parse(JsonFile.read(model.resolve(component).resolve("config.json"))));
        try (SafetensorsFile file =
                SafetensorsFile.open(model.resolve(component).resolve("model.safetensors"))) {
            for (Parameter parameter : encoder.parameters().list()) {
                // Today's transformers leaves the prefix out.
                String name = file.names().contains(parameter.name())
                        ? parameter.name()
                        : parameter.name().replaceFirst("^text_model\\.", "");
                float[] values = file.floats(name);
                assertEquals(parameter.value().length(), values.length, name);
                System.arraycopy(values, 0, parameter.value().data(), 0, values.length);
                parameter.changed();
            }
        }
        return new TextTower(Tokenizer.load(model.resolve(tokenizer)), encoder);
    }

    private static Tensor part(Tensor whole, int index) {
        int length = whole.length() / whole.size(0);
        return Tensor.of(
                Arrays.copyOfRange(whole.data(), index * length, (index + 1) * length),
                whole.shape().with(0, 1));
    }
}
