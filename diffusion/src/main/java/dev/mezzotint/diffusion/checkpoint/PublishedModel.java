package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.kernel.Activation;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Published models whose sizes are known by heart. */
public enum PublishedModel {
    /** Stable Diffusion 1.5 (Rombach et al. 2022). */
    SD15("sd15", "Stable Diffusion 1.5") {
        @Override
        public Architecture architecture() {
            return first(Family.SD1, unet(4), SchedulerSettings.pndm(PredictionType.EPSILON));
        }
    },
    /** Stable Diffusion 1.5 for inpainting. */
    SD15_INPAINT("sd15-inpaint", "Stable Diffusion 1.5 inpainting") {
        @Override
        public Architecture architecture() {
            return first(Family.SD1_INPAINT, unet(9), SchedulerSettings.pndm(PredictionType.EPSILON));
        }
    },
    /** Stable Diffusion 2.0 for inpainting. */
    SD20_INPAINT("sd20-inpaint", "Stable Diffusion 2.0 inpainting") {
        @Override
        public Architecture architecture() {
            return second(Family.SD2_INPAINT, 9, 64, SchedulerSettings.pndm(PredictionType.EPSILON));
        }
    },
    /** Stable Diffusion 2.1 at 768 pixels, which predicts velocity. */
    SD21("sd21", "Stable Diffusion 2.1, 768 pixels") {
        @Override
        public Architecture architecture() {
            return second(Family.SD2, 4, 96, SchedulerSettings.ddim(PredictionType.V_PREDICTION));
        }
    },
    /** Stable Diffusion 2.1 at 512 pixels, which predicts noise. */
    SD21_BASE("sd21-base", "Stable Diffusion 2.1, 512 pixels") {
        @Override
        public Architecture architecture() {
            return second(Family.SD2, 4, 64, SchedulerSettings.pndm(PredictionType.EPSILON));
        }
    },
    /** SD-Turbo (Sauer et al. 2023): one to four steps without guidance. */
    SD_TURBO("sd-turbo", "SD-Turbo") {
        @Override
        public Architecture architecture() {
            return second(Family.SD2, 4, 64, SchedulerSettings.turbo("EulerDiscreteScheduler"));
        }
    },
    /** Stable Diffusion XL base 1.0 (Podell et al. 2023). */
    SDXL("sdxl", "Stable Diffusion XL base 1.0") {
        @Override
        public Architecture architecture() {
            return xl(128, SchedulerSettings.euler(PredictionType.EPSILON, false));
        }
    },
    /** SDXL-Turbo (Sauer et al. 2023): one to four steps without guidance. */
    SDXL_TURBO("sdxl-turbo", "SDXL-Turbo") {
        @Override
        public Architecture architecture() {
            return xl(64, SchedulerSettings.turbo("EulerAncestralDiscreteScheduler"));
        }
    },
    /** A latent consistency model (Luo et al. 2023): Stable Diffusion 1.5 with the guidance scale as an input. */
    LCM("lcm", "a latent consistency model") {
        @Override
        public Architecture architecture() {
            UNetConfig unet = unet(4, List.of(320, 640, 1280, 1280), List.of(true, true, true, false), 2, true, 256);
            return first(Family.SD1, unet, SchedulerSettings.lcm());
        }
    },
    /** BK-SDM Base (Kim et al. 2023): one residual block less in every block. */
    BK_SDM_BASE("bk-sdm-base", "BK-SDM Base") {
        @Override
        public Architecture architecture() {
            return distilled(List.of(320, 640, 1280, 1280), List.of(true, true, true, false), true);
        }
    },
    /** BK-SDM Small (Kim et al. 2023): no middle block either. */
    BK_SDM_SMALL("bk-sdm-small", "BK-SDM Small") {
        @Override
        public Architecture architecture() {
            return distilled(List.of(320, 640, 1280, 1280), List.of(true, true, true, false), false);
        }
    },
    /** BK-SDM Tiny (Kim et al. 2023): the coarsest level gone, too. */
    BK_SDM_TINY("bk-sdm-tiny", "BK-SDM Tiny") {
        @Override
        public Architecture architecture() {
            return distilled(List.of(320, 640, 1280), List.of(true, true, true), false);
        }
    },
    /** Segmind's tiny-sd, of the same sizes as BK-SDM Tiny. */
    TINY_SD("tiny-sd", "Segmind tiny-sd") {
        @Override
        public Architecture architecture() {
            return BK_SDM_TINY.architecture();
        }
    };

    private static final int VOCABULARY = 49408;
    private static final ClipTextConfig CLIP_L = text(768, 12, 12, Activation.QUICK_GELU, 0);
    /** OpenCLIP ViT-H without its last layer, whose states nobody uses. */
    private static final ClipTextConfig OPEN_CLIP_H = text(1024, 16, 23, Activation.GELU, 0);

    private static final ClipTextConfig OPEN_CLIP_G = text(1280, 20, 32, Activation.GELU, 1280);

    private final String label;
    private final String description;

    PublishedModel(String label, String description) {
        this.label = label;
        this.description = description;
    }

    /** Its name on the command line. */
    public String label() {
        return label;
    }

    /** Its name in full. */
    public String description() {
        return description;
    }

    /** The model of this label; empty where there is none. */
    public static Optional<PublishedModel> find(String label) {
        return Arrays.stream(values())
                .filter(model -> model.label.equals(label))
                .findFirst();
    }

    /** The sizes of all its parts. */
    public abstract Architecture architecture();

    /** The pipeline that its {@code model_index.json} names. */
    public String pipeline() {
        return switch (this) {
            case SD15, SD21, SD21_BASE, SD_TURBO, BK_SDM_BASE, BK_SDM_SMALL, BK_SDM_TINY, TINY_SD ->
                "StableDiffusionPipeline";
            case SD15_INPAINT, SD20_INPAINT -> "StableDiffusionInpaintPipeline";
            case SDXL, SDXL_TURBO -> "StableDiffusionXLPipeline";
            case LCM -> "LatentConsistencyModelPipeline";
        };
    }

    /** Whether it was saved in diffusers' first year, when the VAE's attention had {@code query}, {@code key}, … */
    boolean isOfFirstYear() {
        return switch (this) {
            case SD15, SD15_INPAINT, SD20_INPAINT, SD21, SD21_BASE, BK_SDM_BASE, BK_SDM_SMALL, BK_SDM_TINY -> true;
            case SD_TURBO, SDXL, SDXL_TURBO, LCM, TINY_SD -> false;
        };
    }

    private static ClipTextConfig text(int width, int heads, int layers, Activation activation, int projection) {
        return new ClipTextConfig(
                VOCABULARY, width, 4 * width, heads, layers, 77, activation, 1e-5, VOCABULARY - 1, projection);
    }

    private static VaeConfig vae(int sampleSize, double scalingFactor) {
        return new VaeConfig(3, 4, List.of(128, 256, 512, 512), 2, 32, sampleSize, scalingFactor);
    }

    private static UNetConfig unet(int inChannels) {
        return unet(inChannels, List.of(320, 640, 1280, 1280), List.of(true, true, true, false), 2, true, 0);
    }

    private static UNetConfig unet(
            int inChannels,
            List<Integer> channels,
            List<Boolean> attention,
            int layers,
            boolean middle,
            int guidanceWidth) {
        return new UNetConfig(
                inChannels,
                4,
                64,
                channels,
                attention,
                attention,
                layers,
                Collections.nCopies(channels.size(), 8),
                768,
                32,
                1e-5,
                false,
                Collections.nCopies(channels.size(), 1),
                middle,
                Optional.empty(),
                guidanceWidth);
    }

    private static Architecture first(Family family, UNetConfig unet, Json scheduler) {
        return new Architecture(family, unet, vae(512, 0.18215), List.of(CLIP_L), scheduler);
    }

    private static Architecture distilled(List<Integer> channels, List<Boolean> attention, boolean middle) {
        return first(
                Family.SD1, unet(4, channels, attention, 1, middle, 0), SchedulerSettings.pndm(PredictionType.EPSILON));
    }

    private static Architecture second(Family family, int inChannels, int sampleSize, Json scheduler) {
        UNetConfig unet = new UNetConfig(
                inChannels,
                4,
                sampleSize,
                List.of(320, 640, 1280, 1280),
                List.of(true, true, true, false),
                List.of(true, true, true, false),
                2,
                List.of(5, 10, 20, 20),
                1024,
                32,
                1e-5,
                true,
                List.of(1, 1, 1, 1));
        return new Architecture(family, unet, vae(8 * sampleSize, 0.18215), List.of(OPEN_CLIP_H), scheduler);
    }

    private static Architecture xl(int sampleSize, Json scheduler) {
        UNetConfig unet = new UNetConfig(
                4,
                4,
                sampleSize,
                List.of(320, 640, 1280),
                List.of(false, true, true),
                List.of(false, true, true),
                2,
                List.of(5, 10, 20),
                2048,
                32,
                1e-5,
                true,
                List.of(1, 2, 10),
                true,
                Optional.of(new UNetConfig.Added(1280, 256)),
                0);
        return new Architecture(Family.SDXL, unet, vae(1024, 0.13025), List.of(CLIP_L, OPEN_CLIP_G), scheduler);
    }
}
