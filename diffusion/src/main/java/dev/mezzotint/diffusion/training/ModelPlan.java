package dev.mezzotint.diffusion.training;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.clip.model.ClipVisionConfig;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.diffusion.sampler.Clipping;
import dev.mezzotint.diffusion.sampler.SamplerKind;
import dev.mezzotint.diffusion.sampler.SchedulerConfig;
import dev.mezzotint.diffusion.sampler.VarianceType;
import dev.mezzotint.diffusion.schedule.BetaSchedule;
import dev.mezzotint.diffusion.schedule.NoiseScheduleConfig;
import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.diffusion.schedule.TimestepSpacing;
import dev.mezzotint.engine.kernel.Activation;
import java.util.List;

/**
 * Sizes of the model that {@link ModelTraining} trains: Stable Diffusion's architecture made small. Pictures of 64×64
 * become latents of 16×16; at most 16 MB in half precision.
 */
public final class ModelPlan {
    /** Width and height of the pictures in pixels. */
    public static final int PICTURE_SIZE = 64;

    /** Most merges of the vocabulary; the captions of a small world need fewer. */
    public static final int MERGES = 2000;

    private static final int TEXT_WIDTH = 128;
    private static final int TEXT_POSITIONS = 77;
    private static final double CLIP_EPSILON = 1e-5;

    private ModelPlan() {}

    /** The text encoder for a vocabulary whose last token ends a text. */
    public static ClipTextConfig texts(int vocabularySize, int projection) {
        return new ClipTextConfig(
                vocabularySize,
                TEXT_WIDTH,
                4 * TEXT_WIDTH,
                4,
                3,
                TEXT_POSITIONS,
                Activation.QUICK_GELU,
                CLIP_EPSILON,
                vocabularySize - 1,
                projection);
    }

    /** The image encoder that the text encoder is trained with. */
    public static ClipVisionConfig images() {
        return new ClipVisionConfig(
                PICTURE_SIZE, 8, TEXT_WIDTH, 4 * TEXT_WIDTH, 4, 4, Activation.QUICK_GELU, CLIP_EPSILON, TEXT_WIDTH);
    }

    /** The autoencoder; its scaling factor is measured after its training. */
    public static VaeConfig vae() {
        return new VaeConfig(3, 4, List.of(32, 32, 64), 1, 16, PICTURE_SIZE, 1);
    }

    /** The denoiser. */
    public static UNetConfig unet() {
        return new UNetConfig(
                4,
                4,
                PICTURE_SIZE / 4,
                List.of(64, 128),
                List.of(true, true),
                List.of(true, true),
                1,
                List.of(4, 8),
                TEXT_WIDTH,
                16,
                1e-5,
                false,
                List.of(1, 1));
    }

    /**
     * Stable Diffusion's noise schedule, rescaled so that the last timestep is pure noise, with velocity prediction (Lin et
     * al. 2023): a picture's overall colour is then the model's choice, not a leftover of the start.
     */
    public static SchedulerConfig scheduler() {
        return new SchedulerConfig(
                SamplerKind.DDIM,
                new NoiseScheduleConfig(1000, 0.00085, 0.012, BetaSchedule.SCALED_LINEAR, List.of(), true),
                PredictionType.V_PREDICTION,
                TimestepSpacing.TRAILING,
                0,
                true,
                new Clipping.None(),
                VarianceType.FIXED_SMALL);
    }
}
