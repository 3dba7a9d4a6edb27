package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.diffusion.schedule.PredictionType;

/**
 * The exact model of data that are normally distributed, for which everything is known: the predicted x_0, and where
 * the probability flow leads from each x. Written in x = x_0 + σε; samplers of unit variance see x / √(σ² + 1).
 *
 * @param mean of the data
 * @param deviation of the data
 */
record GaussianModel(double mean, double deviation) {
    /** E[x_0 | x]. */
    double original(double x, double sigma) {
        double variance = deviation * deviation;
        return mean + variance / (variance + sigma * sigma) * (x - mean);
    }

    /** Where the path of x leads: (x − μ) / √(s² + σ²) stays the same along it. */
    double flow(double x, double sigma, double target) {
        return mean + (x - mean) * Math.hypot(deviation, target) / Math.hypot(deviation, sigma);
    }

    /** As a model of some kind, which is shown x of unit variance. */
    Denoiser denoiser(PredictionType type) {
        return (input, at, out) -> {
            double scale = Math.hypot(at.sigma(), 1);
            for (int i = 0; i < out.length; i++) {
                double x = input[i] * scale;
                out[i] = (float) output(type, x, original(x, at.sigma()), at.sigma());
            }
        };
    }

    /** What consistency models learn: the path's end in the place of E[x_0 | x]. */
    Denoiser consistency() {
        return (input, at, out) -> {
            double scale = Math.hypot(at.sigma(), 1);
            for (int i = 0; i < out.length; i++) {
                double x = input[i] * scale;
                out[i] = (float) output(PredictionType.EPSILON, x, flow(x, at.sigma(), 0), at.sigma());
            }
        };
    }

    private static double output(PredictionType type, double x, double original, double sigma) {
        double noise = (x - original) / sigma;
        return switch (type) {
            case SAMPLE -> original;
            case EPSILON -> noise;
            case V_PREDICTION -> (noise - sigma * original) / Math.hypot(sigma, 1);
        };
    }
}
