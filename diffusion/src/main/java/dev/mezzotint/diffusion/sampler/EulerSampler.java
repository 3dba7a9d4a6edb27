package dev.mezzotint.diffusion.sampler;

/**
 * Euler's method: Karras et al. 2022 (arXiv 2206.00364), algorithm 2 without its noise (S_churn = 0) and without its
 * second-order correction. Draws no noise but the initial one; an error of first order in the step.
 *
 * <table>
 * <caption>Symbols</caption>
 * <tr><td>t_i = σ_i, t_{i+1}</td><td>{@code levels}</td></tr>
 * <tr><td>d_i, line 7</td><td>{@code slope}</td></tr>
 * </table>
 */
public final class EulerSampler extends VarianceExplodingSampler {
    /**
     * Sets up a run.
     *
     * @param config the model's schedule; prediction type, spacing, Karras' noise levels and {@code final_sigmas_type}
     *     count here
     * @param steps number of steps, 1 to the number of training timesteps
     * @param shape the samples of the run
     * @throws IllegalArgumentException if the steps don't fit the schedule
     */
    public EulerSampler(SchedulerConfig config, int steps, BatchShape shape) {
        super(
                config,
                shape,
                NoiseLevels.ofTimesteps(config, steps, config.solver().finalSigma()),
                steps);
    }

    @Override
    public void step(float[] modelOutput, int evaluation, float[] x, NoiseSource noise) {
        require("Euler step", evaluation, modelOutput, "the model's output", x, "x");
        double sigma = levels.sigma(evaluation);
        differentiate(x, modelOutput, sigma);

        // Algorithm 2, line 8: x_{i+1} = x_i + (t_{i+1} − t_i) d_i.
        double step = levels.sigma(evaluation + 1) - sigma;
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (x[i] + step * slope[i]);
        }
    }
}
