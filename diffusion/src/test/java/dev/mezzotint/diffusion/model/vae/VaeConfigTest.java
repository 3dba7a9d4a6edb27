package dev.mezzotint.diffusion.model.vae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VaeConfigTest {
    private static final VaeConfig CONFIG = new VaeConfig(3, 4, List.of(8, 16), 1, 4, 32, 0.5);

    /** SDXL's, as published; Stable Diffusion 1's says less, and its scaling factor is the default. */
    private static final String XL = """
            {
              "_class_name": "AutoencoderKL",
              "act_fn": "silu",
              "block_out_channels": [128, 256, 512, 512],
              "down_block_types": [
                "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"
              ],
              "force_upcast": true,
              "in_channels": 3,
              "latent_channels": 4,
              "latents_mean": null,
              "latents_std": null,
              "layers_per_block": 2,
              "mid_block_add_attention": true,
              "norm_num_groups": 32,
              "out_channels": 3,
              "sample_size": 1024,
              "scaling_factor": 0.13025,
              "shift_factor": null,
              "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"],
              "use_post_quant_conv": true,
              "use_quant_conv": true
            }
            """;

    private static Json with(String key, String value) {
        Map<String, Json> members = new LinkedHashMap<>(CONFIG.toJson().members());
        members.put(key, Json.parse(value));
        return Json.object(members);
    }

    @Test
    void survivesBeingWritten() {
        assertEquals(CONFIG, VaeConfig.parse(CONFIG.toJson()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    use_quant_conv          | false
                    use_post_quant_conv     | false
                    mid_block_add_attention | false
                    act_fn                  | "relu"
                    out_channels            | 4
                    shift_factor            | 0.1
                    latents_mean            | [0, 0, 0, 0]
                    down_block_types        | ["DownEncoderBlock2D", "AttnDownEncoderBlock2D"]
                    up_block_types          | ["UpDecoderBlock2D", "AttnUpDecoderBlock2D"]
                    up_block_types          | ["UpDecoderBlock2D"]
                    block_out_channels      | [8, 18]
                    scaling_factor          | 0
                    sample_size             | 0
                    """)
    void refusesWhatItWouldNotDo(String key, String value) {
        String message = assertThrows(IllegalArgumentException.class, () -> VaeConfig.parse(with(key, value)))
                .getMessage();
        assertTrue(message.startsWith("VAE: "), message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
                    use_quant_conv | true
                    shift_factor   | null
                    latents_std    | null
                    force_upcast   | true
                    """)
    void takesWhatChangesNothing(String key, String value) {
        assertEquals(CONFIG, VaeConfig.parse(with(key, value)));
    }

    @Test
    void publishedConfigurationGivesThePublishedNumberOfParameters() {
        VaeConfig config = VaeConfig.parse(Json.parse(XL));
        assertEquals(0.13025, config.scalingFactor());
        assertEquals(8, config.factor());
        assertEquals(83_653_863, new Autoencoder(config).parameters().count());
    }

    @Test
    void firstConfigurationsLeftOutTheScalingFactor() {
        Map<String, Json> members = new LinkedHashMap<>(Json.parse(XL).members());
        members.remove("scaling_factor");
        assertEquals(0.18215, VaeConfig.parse(Json.object(members)).scalingFactor());
    }
}
