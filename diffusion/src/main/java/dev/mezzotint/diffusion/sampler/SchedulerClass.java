package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.diffusion.schedule.BetaSchedule;
import dev.mezzotint.diffusion.schedule.NoiseScheduleConfig;
import dev.mezzotint.diffusion.schedule.TimestepSpacing;
import java.util.List;

/** The scheduler classes of diffusers that there is a sampler for, and what each takes for keys that are absent. */
enum SchedulerClass {
    DDIM("DDIMScheduler", TimestepSpacing.LEADING),
    DDPM("DDPMScheduler", TimestepSpacing.LEADING),
    PNDM("PNDMScheduler", TimestepSpacing.LEADING),
    EULER("EulerDiscreteScheduler", TimestepSpacing.LINSPACE),
    EULER_ANCESTRAL("EulerAncestralDiscreteScheduler", TimestepSpacing.LINSPACE),
    HEUN("HeunDiscreteScheduler", TimestepSpacing.LINSPACE),
    LMS("LMSDiscreteScheduler", TimestepSpacing.LINSPACE),
    DPM_SOLVER("DPMSolverMultistepScheduler", TimestepSpacing.LINSPACE),
    UNI_PC("UniPCMultistepScheduler", TimestepSpacing.LINSPACE),
    LCM("LCMScheduler", TimestepSpacing.LEADING);

    private final String className;
    private final TimestepSpacing spacing;

    SchedulerClass(String className, TimestepSpacing spacing) {
        this.className = className;
        this.spacing = spacing;
    }

    /** As {@code scheduler_config.json} names it. */
    String className() {
        return className;
    }

    TimestepSpacing defaultSpacing() {
        return spacing;
    }

    NoiseScheduleConfig defaultNoise() {
        return switch (this) {
            case LCM -> NoiseScheduleConfig.stableDiffusion();
            case HEUN -> new NoiseScheduleConfig(1000, 0.00085, 0.012, BetaSchedule.LINEAR, List.of(), false);
            case DDIM, DDPM, PNDM, EULER, EULER_ANCESTRAL, LMS, DPM_SOLVER, UNI_PC ->
                new NoiseScheduleConfig(1000, 0.0001, 0.02, BetaSchedule.LINEAR, List.of(), false);
        };
    }

    /** Whether {@code rescale_betas_zero_snr} is a key of the class. */
    boolean knowsRescaling() {
        return this != PNDM && this != HEUN && this != LMS;
    }

    boolean defaultSetAlphaToOne() {
        return this != PNDM;
    }

    /** Whether {@code clip_sample} is a key of the class. */
    boolean knowsClipping() {
        return this == DDIM || this == DDPM || this == HEUN || this == LCM;
    }

    boolean clipsByDefault() {
        return this == DDIM || this == DDPM;
    }

    /** Whether {@code thresholding} is a key of the class. */
    boolean knowsThresholding() {
        return this == DDIM || this == DDPM || this == LCM || this == DPM_SOLVER || this == UNI_PC;
    }

    /** Whether {@code use_karras_sigmas} is a key of the class. */
    boolean knowsKarrasSigmas() {
        return this == EULER || this == HEUN || this == LMS || this == DPM_SOLVER || this == UNI_PC;
    }
}
