package dev.mezzotint.diffusion.model.unet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The configurations of published checkpoints give networks with as many parameters as those checkpoints hold. */
class PublishedUNetsTest {
    private static final String STABLE_DIFFUSION_1 = """
            {
              "_class_name": "UNet2DConditionModel",
              "act_fn": "silu",
              "attention_head_dim": 8,
              "block_out_channels": [320, 640, 1280, 1280],
              "center_input_sample": false,
              "cross_attention_dim": 768,
              "down_block_types": [
                "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"
              ],
              "downsample_padding": 1,
              "flip_sin_to_cos": true,
              "freq_shift": 0,
              "in_channels": 4,
              "layers_per_block": 2,
              "mid_block_scale_factor": 1,
              "norm_eps": 1e-05,
              "norm_num_groups": 32,
              "out_channels": 4,
              "sample_size": 64,
              "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]
            }
            """;

    private static final String STABLE_DIFFUSION_2 = """
            {
              "attention_head_dim": [5, 10, 20, 20],
              "cross_attention_dim": 1024,
              "dual_cross_attention": false,
              "num_class_embeds": null,
              "only_cross_attention": false,
              "sample_size": 96,
              "upcast_attention": true,
              "use_linear_projection": true
            }
            """;

    private static final String XL = """
            {
              "addition_embed_type": "text_time",
              "addition_embed_type_num_heads": 64,
              "addition_time_embed_dim": 256,
              "attention_head_dim": [5, 10, 20],
              "block_out_channels": [320, 640, 1280],
              "cross_attention_dim": 2048,
              "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
              "mid_block_type": "UNetMidBlock2DCrossAttn",
              "projection_class_embeddings_input_dim": 2816,
              "sample_size": 128,
              "time_cond_proj_dim": null,
              "transformer_layers_per_block": [1, 2, 10],
              "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
              "use_linear_projection": true
            }
            """;

    /** Its three levels all attend; a block-removed model of Kim et al. 2023, which segmind/tiny-sd shares. */
    private static final String BK_SDM_TINY = """
            {
              "block_out_channels": [320, 640, 1280],
              "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
              "layers_per_block": 1,
              "mid_block_type": null,
              "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]
            }
            """;

    private static Json differing(String changes) {
        Map<String, Json> members =
                new LinkedHashMap<>(Json.parse(STABLE_DIFFUSION_1).members());
        members.putAll(Json.parse(changes).members());
        return Json.object(members);
    }

    private static long count(Json json) {
        return new UNet(UNetConfig.parse(json)).parameters().count();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {}                                                | 859520964
            {"in_channels": 9}                                | 859535364
            {"time_cond_proj_dim": 256}                       | 859602884
            {"layers_per_block": 1}                           | 579384964
            {"layers_per_block": 1, "mid_block_type": null}   | 482346884
            """)
    void stableDiffusion1(String changes, long expected) {
        assertEquals(expected, count(differing(changes)));
    }

    @Test
    void stableDiffusion2() {
        assertEquals(865_910_724, count(differing(STABLE_DIFFUSION_2)));
    }

    @Test
    void blockRemovedTiny() {
        assertEquals(323_384_964, count(differing(BK_SDM_TINY)));
    }

    @Test
    void xl() {
        assertEquals(2_567_463_684L, count(differing(XL)));
    }

    @Test
    void xlHeadsAreSixtyFourWide() {
        UNetConfig config = UNetConfig.parse(differing(XL));
        for (int level = 0; level < config.levels(); level++) {
            assertEquals(64, config.channels().get(level) / config.heads().get(level));
        }
        assertEquals(1280, config.added().orElseThrow().pooledWidth());
    }

    @Test
    void xlRefinerIsRefused() {
        Json refiner = differing("""
                {
                  "addition_embed_type": "text_time",
                  "addition_time_embed_dim": 256,
                  "attention_head_dim": [6, 12, 24, 24],
                  "block_out_channels": [384, 768, 1536, 1536],
                  "cross_attention_dim": 1280,
                  "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
                  "projection_class_embeddings_input_dim": 2560,
                  "transformer_layers_per_block": 4,
                  "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
                  "use_linear_projection": true
                }
                """);
        String message = assertThrows(IllegalArgumentException.class, () -> UNetConfig.parse(refiner))
                .getMessage();
        assertTrue(message.contains("refiner"), message);
    }
}
