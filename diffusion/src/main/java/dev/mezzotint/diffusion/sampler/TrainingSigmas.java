package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.diffusion.schedule.NoiseSchedule;
import java.util.Arrays;

/**
 * The noise level σ_t = √((1 − ᾱ_t) / ᾱ_t) of each training timestep (Karras et al. 2022, appendix C, where models of
 * Ho et al. are seen as x = x_0 + σε), continued between the timesteps, and the way back from σ to t.
 * Rounded to float32 where diffusers rounds.
 */
final class TrainingSigmas {
    /**
     * Stands for ᾱ of a last timestep that is pure noise: σ = 4096 in the place of an infinite one, as in diffusers.
     */
    static final double LEAST_ALPHA_CUMPROD = 0x1p-24;

    private final double[] sigmas;
    private final double[] logSigmas;

    TrainingSigmas(NoiseSchedule schedule) {
        sigmas = new double[schedule.numTrainTimesteps()];
        logSigmas = new double[sigmas.length];
        for (int t = 0; t < sigmas.length; t++) {
            double alpha = schedule.alphaCumprod(t);
            if (alpha == 0) {
                alpha = LEAST_ALPHA_CUMPROD;
            }
            sigmas[t] = (float) Math.sqrt((1 - alpha) / alpha);
            logSigmas[t] = (float) Math.log(sigmas[t]);
        }
    }

    double minimum() {
        return sigmas[0];
    }

    double maximum() {
        return sigmas[sigmas.length - 1];
    }

    /** σ at a timestep, linear in σ between whole ones. */
    double sigma(double timestep) {
        int below = Math.min((int) timestep, sigmas.length - 2);
        return below < 0 ? sigmas[0] : sigmas[below] + (timestep - below) * (sigmas[below + 1] - sigmas[below]);
    }

    /** The timestep of a σ, linear in log σ between whole ones, and the nearest end for a σ outside. */
    double timestep(double sigma) {
        double log = Math.log(sigma);
        int found = Arrays.binarySearch(logSigmas, log);
        int below = Math.clamp(found >= 0 ? found : -found - 2, 0, Math.max(0, logSigmas.length - 2));
        if (logSigmas.length == 1) {
            return 0;
        }
        double fraction = Math.clamp((logSigmas[below] - log) / (logSigmas[below] - logSigmas[below + 1]), 0.0, 1.0);
        return (1 - fraction) * below + fraction * (below + 1);
    }
}
