package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.diffusion.schedule.NoiseSchedule;

/**
 * The noise levels σ_0 > σ_1 > … > σ_n of a run of n steps, and the timesteps that tell the model the first n of them.
 * The last, usually 0, is where the last step leads.
 */
final class NoiseLevels {
    /** ρ of Karras et al. 2022, eq. 5. */
    private static final double RHO = 7;

    private final double[] sigmas;
    private final double[] timesteps;

    private NoiseLevels(double[] sigmas, double[] timesteps, double last) {
        this.timesteps = timesteps;
        this.sigmas = new double[sigmas.length + 1];
        for (int i = 0; i < sigmas.length; i++) {
            this.sigmas[i] = (float) sigmas[i];
        }
        this.sigmas[sigmas.length] = last;
    }

    /**
     * The levels of the timesteps of the configuration's spacing, which need not be whole (k-diffusion's way). Those of
     * Karras lie between the first and the last of them.
     *
     * @throws IllegalArgumentException if the steps do not fit the schedule or the first timestep holds no signal
     */
    static NoiseLevels ofTimesteps(SchedulerConfig config, int steps, FinalSigma last) {
        double[] timesteps = config.timestepSpacing()
                .fractionalTimesteps(config.noise().numTrainTimesteps(), steps, config.stepsOffset());
        TrainingSigmas training = training(config, timesteps[0]);
        double[] sigmas = sigmas(training, timesteps);
        if (config.kind().karras()) {
            sigmas = karras(sigmas[0], sigmas[steps - 1], steps);
            for (int i = 0; i < steps; i++) {
                timesteps[i] = (float) training.timestep(sigmas[i]);
            }
        }
        return new NoiseLevels(sigmas, timesteps, last == FinalSigma.ZERO ? 0 : training.minimum());
    }

    /**
     * The levels of the timesteps of one step more but for the last, which the end stands for (DPM-Solver's way). Those
     * of Karras span the whole schedule, whatever the spacing; the model is told the nearest whole timestep.
     *
     * @throws IllegalArgumentException if the steps do not fit the schedule or the first timestep holds no signal
     */
    static NoiseLevels beforeLast(SchedulerConfig config, int steps, FinalSigma last) {
        int[] whole = config.timestepSpacing()
                .timestepsBeforeLast(config.noise().numTrainTimesteps(), steps, config.stepsOffset());
        double[] timesteps = new double[steps];
        for (int i = 0; i < steps; i++) {
            timesteps[i] = whole[i];
        }
        boolean karras = config.kind().karras();
        TrainingSigmas training = training(config, karras ? config.noise().numTrainTimesteps() - 1 : timesteps[0]);
        double[] sigmas = sigmas(training, timesteps);
        if (karras) {
            sigmas = karras(training.maximum(), training.minimum(), steps);
            for (int i = 0; i < steps; i++) {
                timesteps[i] = Math.rint(training.timestep(sigmas[i]));
            }
        }
        return new NoiseLevels(sigmas, timesteps, last == FinalSigma.ZERO ? 0 : training.minimum());
    }

    private static TrainingSigmas training(SchedulerConfig config, double first) {
        NoiseSchedule schedule = new NoiseSchedule(config.noise());
        config.requireSignal(first, schedule.alphaCumprod((int) first));
        return new TrainingSigmas(schedule);
    }

    private static double[] sigmas(TrainingSigmas training, double[] timesteps) {
        double[] sigmas = new double[timesteps.length];
        for (int i = 0; i < sigmas.length; i++) {
            sigmas[i] = training.sigma(timesteps[i]);
        }
        return sigmas;
    }

    /** Karras et al. 2022, eq. 5: σ_i^(1/ρ) falls linearly. */
    private static double[] karras(double largest, double smallest, int steps) {
        double[] sigmas = new double[steps];
        double from = Math.pow(largest, 1 / RHO);
        double to = Math.pow(smallest, 1 / RHO);
        for (int i = 0; i < steps; i++) {
            double ramp = steps == 1 ? 0 : (double) i / (steps - 1);
            sigmas[i] = Math.pow(from + ramp * (to - from), RHO);
        }
        return sigmas;
    }

    int steps() {
        return timesteps.length;
    }

    /** σ_i, for 0 ≤ i ≤ steps. */
    double sigma(int i) {
        return sigmas[i];
    }

    /** The timestep of σ_i, for i from 0 to steps − 1. */
    double timestep(int i) {
        return timesteps[i];
    }
}
