package dev.mezzotint.clip.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClipTextEncoderTest {
    @ParameterizedTest
    @ValueSource(strings = {"vit_l14_like_quick_gelu", "vit_b32_like_projected", "open_clip_h_like_gelu"})
    void encodesAsTransformersDoes(String name) throws IOException {
        check(name, Compute.best());
    }

    @Test
    void encodesAsTransformersDoesWithScalarKernels() throws IOException {
        check("vit_b32_like_projected", new Compute(KernelSelector.scalar(), Workers.shared()));
    }

    private static void check(String name, Compute compute) throws IOException {
        GoldenClip golden = GoldenClip.of(name);
        ClipTextEncoder encoder = load(golden);
        int[][] ids = golden.ids();
        Tape tape = Tape.inference(compute);
        Tensor states = encoder.encode(tape, ids);
        golden.check("last_hidden_state", states);
        Tensor pooled = encoder.pool(tape, states, ids);
        golden.check("pooled", pooled);
        golden.check("penultimate", encoder.encode(tape, ids, 1, false));
        golden.check("penultimate_final_norm", encoder.encode(tape, ids, 1, true));
        if (encoder.config().projection() > 0) {
            golden.check("text_embeds", encoder.project(tape, pooled));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vit_l14_like_quick_gelu", "vit_b32_like_projected", "open_clip_h_like_gelu"})
    void onePassGivesContextAndSummary(String name) throws IOException {
        GoldenClip golden = GoldenClip.of(name);
        ClipTextEncoder encoder = load(golden);
        int[][] ids = golden.ids();
        Tape tape = Tape.inference(Compute.best());
        ClipTextEncoder.TextStates plain = encoder.encodeStates(tape, ids, 1, false);
        ClipTextEncoder.TextStates normed = encoder.encodeStates(tape, ids, 1, true);
        ClipTextEncoder.TextStates whole = encoder.encodeStates(tape, ids, 0, true);
        golden.check("penultimate", plain.context());
        golden.check("last_hidden_state", plain.last());
        golden.check("pooled", encoder.pool(tape, plain.last(), ids));
        golden.check("penultimate_final_norm", normed.context());
        golden.check("last_hidden_state", normed.last());
        golden.check("last_hidden_state", whole.context());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            768  | 3072 | 12 | 12 | quick_gelu | CLIPTextModel               | 768  | 123060480
            1024 | 4096 | 16 | 23 | gelu       | CLIPTextModel               | 512  | 340387840
            1280 | 5120 | 20 | 32 | gelu       | CLIPTextModelWithProjection | 1280 | 694659840
            """)
    void publishedConfigurationsGivePublishedSizes(
            int width, int inner, int heads, int layers, String activation, String type, int projection, long count) {
        ClipTextConfig config = ClipTextConfig.parse(
                Json.parse("""
                {
                  "architectures": ["%s"],
                  "bos_token_id": 0,
                  "eos_token_id": 2,
                  "hidden_act": "%s",
                  "hidden_size": %d,
                  "intermediate_size": %d,
                  "layer_norm_eps": 1e-05,
                  "max_position_embeddings": 77,
                  "model_type": "clip_text_model",
                  "num_attention_heads": %d,
                  "num_hidden_layers": %d,
                  "pad_token_id": 1,
                  "projection_dim": %d,
                  "vocab_size": 49408
                }
                """.formatted(type, activation, width, inner, heads, layers, projection)));
        assertEquals(49407, config.endToken(), "2 is what configurations of 2022 write for the largest id");
        assertEquals(config, ClipTextConfig.parse(config.toJson()));
        assertEquals(count, new ClipTextEncoder(config).parameters().count());
    }

    @Test
    void onlyTheProjectedModelHasAProjection() throws IOException {
        assertEquals(24, load(GoldenClip.of("vit_b32_like_projected")).config().projection());
        ClipTextEncoder plain = load(GoldenClip.of("vit_l14_like_quick_gelu"));
        assertEquals(0, plain.config().projection());
        Tape tape = Tape.inference(Compute.best());
        assertThrows(IllegalStateException.class, () -> plain.project(tape, Tensor.zeros(1, 32)));
    }

    @Test
    void tokensBehindTheEndCannotReachTheSummary() throws IOException {
        GoldenClip golden = GoldenClip.of("vit_b32_like_projected");
        ClipTextEncoder encoder = load(golden);
        int[][] ids = golden.ids();
        int end = 0;
        while (ids[0][end] != encoder.config().endToken()) {
            end++;
        }
        int[][] cut = {Arrays.copyOf(ids[0], end + 1)};
        int[][] whole = {ids[0]};
        Tape tape = Tape.inference(Compute.best());
        float[] fromWhole =
                encoder.pool(tape, encoder.encode(tape, whole), whole).data().clone();
        float[] fromCut =
                encoder.pool(tape, encoder.encode(tape, cut), cut).data().clone();
        assertArrayEquals(fromWhole, fromCut, 1e-5f);
    }

    @Test
    void configurationSurvivesBeingWritten() throws IOException {
        for (String name :
                new String[] {"vit_l14_like_quick_gelu", "vit_b32_like_projected", "open_clip_h_like_gelu"}) {
            ClipTextConfig config = ClipTextConfig.parse(GoldenClip.of(name).config());
            assertEquals(config, ClipTextConfig.parse(config.toJson()));
        }
    }

    @Test
    void refusesTextsThatDoNotFit() throws IOException {
        ClipTextEncoder encoder = load(GoldenClip.of("vit_l14_like_quick_gelu"));
        Tape tape = Tape.inference(Compute.best());
        refused(() -> encoder.encode(tape, new int[1][78]), "78");
        refused(() -> encoder.encode(tape, new int[][] {{600}}), "600");
        refused(() -> encoder.encode(tape, new int[][] {{-1}}), "-1");
        refused(() -> encoder.encode(tape, new int[][] {{1, 2}, {3}}), "equally long");
        refused(() -> encoder.encode(tape, new int[0][]), "text");
        refused(() -> encoder.encode(tape, new int[][] {{1}}, 4, true), "4 of 3");
        refused(() -> encoder.pool(tape, Tensor.zeros(1, 2, 32), new int[][] {{1, 2}}), "end token");
    }

    private static void refused(Runnable call, String named) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(named), message);
    }

    private static ClipTextEncoder load(GoldenClip golden) throws IOException {
        ClipTextEncoder encoder = new ClipTextEncoder(ClipTextConfig.parse(golden.config()));
        golden.load(encoder.parameters());
        return encoder;
    }
}
