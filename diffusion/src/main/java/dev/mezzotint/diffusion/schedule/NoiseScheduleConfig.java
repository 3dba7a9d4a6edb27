package dev.mezzotint.diffusion.schedule;

import java.util.List;

/**
 * What a {@link NoiseSchedule} is computed from.
 *
 * @param numTrainTimesteps number T of timesteps of the forward process, 1 to 100,000
 * @param betaStart β of the first timestep, in (0, 1)
 * @param betaEnd β of the last timestep, in (0, 1)
 * @param betaSchedule how β grows in between
 * @param trainedBetas β of every timestep, which then stands in the place of the three above; empty where they are used
 * @param rescaleBetasZeroSnr whether the schedule is rescaled so that the last timestep is pure noise (Lin et al. 2023)
 */
public record NoiseScheduleConfig(
        int numTrainTimesteps,
        double betaStart,
        double betaEnd,
        BetaSchedule betaSchedule,
        List<Double> trainedBetas,
        boolean rescaleBetasZeroSnr) {

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException where one is out of range
     */
    public NoiseScheduleConfig {
        if (numTrainTimesteps < 1 || numTrainTimesteps > 100_000) {
            throw new IllegalArgumentException(
                    "num_train_timesteps is " + numTrainTimesteps + " but must be from 1 to 100000");
        }
        requireBeta("beta_start", betaStart);
        requireBeta("beta_end", betaEnd);
        trainedBetas = List.copyOf(trainedBetas);
        if (!trainedBetas.isEmpty() && trainedBetas.size() != numTrainTimesteps) {
            throw new IllegalArgumentException("trained_betas holds " + trainedBetas.size()
                    + " values but num_train_timesteps is " + numTrainTimesteps + "; they must be as many");
        }
        for (int t = 0; t < trainedBetas.size(); t++) {
            requireBeta("trained_betas[" + t + "]", trainedBetas.get(t));
        }
        if (rescaleBetasZeroSnr && numTrainTimesteps < 2) {
            throw new IllegalArgumentException(
                    "rescale_betas_zero_snr needs num_train_timesteps of at least 2 but it is " + numTrainTimesteps);
        }
    }

    /** Stable Diffusion's: 1000 timesteps, √β linear from √0.00085 to √0.012. */
    public static NoiseScheduleConfig stableDiffusion() {
        return new NoiseScheduleConfig(1000, 0.00085, 0.012, BetaSchedule.SCALED_LINEAR, List.of(), false);
    }

    private static void requireBeta(String name, double beta) {
        if (!(beta > 0 && beta < 1)) {
            throw new IllegalArgumentException(name + " is " + beta + " but must lie between 0 and 1");
        }
    }
}
