package dev.mezzotint.diffusion.model.unet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UNetConfigTest {
    private static final UNetConfig CONFIG = new UNetConfig(
            4,
            4,
            16,
            List.of(8, 16),
            List.of(true, false),
            List.of(true, false),
            1,
            List.of(2, 4),
            12,
            4,
            1e-5,
            false,
            List.of(1, 2));

    private static Json with(String key, String value) {
        Map<String, Json> members = new LinkedHashMap<>(CONFIG.toJson().members());
        members.put(key, Json.parse(value));
        return Json.object(members);
    }

    @Test
    void survivesBeingWritten() {
        assertEquals(CONFIG, UNetConfig.parse(CONFIG.toJson()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    center_input_sample            | true
                    only_cross_attention           | true
                    only_cross_attention           | [false, true]
                    dual_cross_attention           | true
                    mid_block_only_cross_attention | true
                    class_embeddings_concat        | true
                    resnet_skip_time_act           | true
                    conv_in_kernel                 | 1
                    conv_out_kernel                | 5
                    downsample_padding             | 0
                    mid_block_scale_factor         | 1.4
                    resnet_out_scale_factor        | 0.5
                    attention_type                 | "gated"
                    class_embed_type               | "timestep"
                    addition_embed_type            | "text_image"
                    addition_embed_type            | "image_hint"
                    num_class_embeds               | 10
                    reverse_transformer_layers_per_block | [1, 1]
                    transformer_layers_per_block   | [1, [1, 2]]
                    transformer_layers_per_block   | [1, 2, 3]
                    cross_attention_dim            | [12, 16]
                    layers_per_block               | [1, 2]
                    encoder_hid_dim                | 768
                    encoder_hid_dim_type           | "text_proj"
                    cross_attention_norm           | "layer_norm"
                    time_embedding_dim             | 64
                    time_cond_proj_dim             | 2
                    time_embedding_type            | "fourier"
                    act_fn                         | "gelu"
                    resnet_time_scale_shift        | "scale_shift"
                    mid_block_type                 | "UNetMidBlock2D"
                    flip_sin_to_cos                | false
                    freq_shift                     | 1
                    down_block_types               | ["CrossAttnDownBlock2D", "AttnDownBlock2D"]
                    block_out_channels             | [8, 18]
                    layers_per_block               | 0
                    """)
    void refusesWhatItWouldNotDo(String key, String value) {
        String message = assertThrows(IllegalArgumentException.class, () -> UNetConfig.parse(with(key, value)))
                .getMessage();
        assertTrue(message.startsWith("U-Net: "), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    center_input_sample     | false
                    only_cross_attention    | [false, false]
                    only_cross_attention    | null
                    conv_in_kernel          | 3
                    mid_block_scale_factor  | 1
                    class_embed_type        | null
                    upcast_attention        | true
                    cross_attention_dim     | [12, 12]
                    layers_per_block        | [1, 1]
                    attention_head_dim      | [2, 4]
                    num_attention_heads     | [2, 4]
                    addition_embed_type     | null
                    time_cond_proj_dim      | null
                    """)
    void takesWhatChangesNothing(String key, String value) {
        assertEquals(CONFIG, UNetConfig.parse(with(key, value)));
    }

    @Test
    void takesOneNumberForAllLevels() {
        assertEquals(
                List.of(2, 2), UNetConfig.parse(with("attention_head_dim", "2")).heads());
        assertEquals(
                List.of(3, 3),
                UNetConfig.parse(with("transformer_layers_per_block", "3")).transformerLayers());
    }

    @Test
    void onlyAWrittenNullMeansNoMiddle() {
        assertFalse(UNetConfig.parse(with("mid_block_type", "null")).middle());
        Map<String, Json> members = new LinkedHashMap<>(CONFIG.toJson().members());
        members.remove("mid_block_type");
        assertTrue(UNetConfig.parse(Json.object(members)).middle());
    }

    @Test
    void everythingItReadsSurvivesBeingWritten() {
        UNetConfig config = new UNetConfig(
                4,
                4,
                16,
                List.of(8, 16),
                List.of(true, false),
                List.of(false, true),
                1,
                List.of(2, 4),
                12,
                4,
                1e-5,
                true,
                List.of(1, 2),
                false,
                Optional.of(new UNetConfig.Added(20, 6)),
                8);
        assertEquals(56, config.added().orElseThrow().width());
        assertEquals(config, UNetConfig.parse(config.toJson()));
    }

    /** The refiner is told five sizes beside a summary of 1280: 1280 + 5 · 256 = 2560. */
    @Test
    void refusesTheRefinerByName() {
        Map<String, Json> members = new LinkedHashMap<>(CONFIG.toJson().members());
        members.put("addition_embed_type", Json.of("text_time"));
        members.put("addition_time_embed_dim", Json.of(256));
        members.put("cross_attention_dim", Json.of(1280));
        members.put("projection_class_embeddings_input_dim", Json.of(2560));
        refused(Json.object(members), "refiner");
        members.put("projection_class_embeddings_input_dim", Json.of(1536));
        refused(Json.object(members), "projection_class_embeddings_input_dim");
    }

    private static void refused(Json json, String named) {
        String message = assertThrows(IllegalArgumentException.class, () -> UNetConfig.parse(json))
                .getMessage();
        assertTrue(message.contains(named), message);
    }
}
