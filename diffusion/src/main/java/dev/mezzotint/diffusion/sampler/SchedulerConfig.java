package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.diffusion.schedule.NoiseScheduleConfig;
import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.diffusion.schedule.TimestepSpacing;
import dev.mezzotint.engine.json.Json;

/**
 * diffusers' {@code scheduler_config.json}: the schedule that a model was trained on, and how it wants to be sampled.
 *
 * @param kind sampling method ({@code _class_name}, with {@code use_karras_sigmas} and {@code algorithm_type})
 * @param noise the forward process
 * @param predictionType what the model predicts
 * @param timestepSpacing which timesteps are visited
 * @param stepsOffset added to the timesteps of leading spacing, at least 0
 * @param setAlphaToOne whether the last step of DDIM and PNDM leads to ᾱ = 1, else to ᾱ of timestep 0; DDPM's always
 *     leads to 1
 * @param clipping what is done to a predicted x_0 out of range ({@code clip_sample}, {@code thresholding})
 * @param varianceType noise of DDPM's steps; DDIM has η for it
 * @param solver options of single methods
 */
public record SchedulerConfig(
        SamplerKind kind,
        NoiseScheduleConfig noise,
        PredictionType predictionType,
        TimestepSpacing timestepSpacing,
        int stepsOffset,
        boolean setAlphaToOne,
        Clipping clipping,
        VarianceType varianceType,
        SolverOptions solver) {

    /**
     * Checks the offset.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public SchedulerConfig {
        if (stepsOffset < 0) {
            throw new IllegalArgumentException("steps_offset is " + stepsOffset + " but must be at least 0");
        }
    }

    /** With {@link SolverOptions#standard()}. */
    public SchedulerConfig(
            SamplerKind kind,
            NoiseScheduleConfig noise,
            PredictionType predictionType,
            TimestepSpacing timestepSpacing,
            int stepsOffset,
            boolean setAlphaToOne,
            Clipping clipping,
            VarianceType varianceType) {
        this(
                kind,
                noise,
                predictionType,
                timestepSpacing,
                stepsOffset,
                setAlphaToOne,
                clipping,
                varianceType,
                SolverOptions.standard());
    }

    /** Stable Diffusion 1.x as it is sampled with DDIM. */
    public static SchedulerConfig stableDiffusion() {
        return new SchedulerConfig(
                SamplerKind.DDIM,
                NoiseScheduleConfig.stableDiffusion(),
                PredictionType.EPSILON,
                TimestepSpacing.LEADING,
                1,
                false,
                new Clipping.None(),
                VarianceType.FIXED_SMALL);
    }

    /** The same schedule and options, sampled with another method. */
    public SchedulerConfig withKind(SamplerKind other) {
        return new SchedulerConfig(
                other,
                noise,
                predictionType,
                timestepSpacing,
                stepsOffset,
                setAlphaToOne,
                clipping,
                varianceType,
                solver);
    }

    /**
     * Reads a configuration, sampled with the method that it names.
     *
     * @throws IllegalArgumentException if it names no supported class, or for a value that is unknown, of the wrong
     *     type
     *     or out of range
     */
    public static SchedulerConfig of(Json json) {
        return of(json, SamplerKind.of(json));
    }

    /**
     * Reads a configuration of whatever class, sampled with the given method. What is absent has the default that
     * diffusers' class of that method has; keys that belong to other methods are passed over, so that PNDM, Heun and
     * LMS sample a model of zero terminal SNR on the schedule without it, as in diffusers. One default is of our own:
     * PNDM in the place of another class's method skips the Runge-Kutta steps, as every published model wants it.
     *
     * @throws IllegalArgumentException for a value that is unknown, not supported, of the wrong type or out of range
     */
    public static SchedulerConfig of(Json json, SamplerKind kind) {
        return SchedulerConfigFile.read(json, kind);
    }

    /** Writes the configuration as diffusers does; {@link #of(Json)} reads it back equal. */
    public Json toJson() {
        return SchedulerConfigFile.write(this);
    }

    /** Refuses to begin where nothing of x_0 is left for a model that predicts noise to find. */
    void requireSignal(double timestep, double alphaCumprod) {
        if (alphaCumprod == 0 && predictionType == PredictionType.EPSILON) {
            throw new IllegalArgumentException("timestep " + (long) timestep
                    + " of a schedule with rescale_betas_zero_snr is pure noise,"
                    + " which prediction_type epsilon cannot start from; use timestep_spacing leading or a model"
                    + " that predicts v or the sample");
        }
    }
}
