package dev.mezzotint.diffusion.sampler;

/**
 * DDPM: Ho, Jain and Abbeel 2020, "Denoising Diffusion Probabilistic Models" (arXiv 2006.11239), algorithm 2. Each step
 * draws from a Gaussian around what the posterior q(x_{t−1} | x_t, x_0) would be if the predicted x_0 were right.
 *
 * <table>
 * <caption>Symbols</caption>
 * <tr><td>ᾱ_t</td><td>{@code alphaCumprod}</td></tr>
 * <tr><td>ᾱ_{t−1}, of the timestep a step leads to</td><td>{@code previous}</td></tr>
 * <tr><td>α_t = ᾱ_t / ᾱ_{t−1}, so that steps may skip timesteps</td><td>{@code alpha}</td></tr>
 * <tr><td>β_t = 1 − α_t</td><td>{@code beta}</td></tr>
 * <tr><td>x_0 of eq. 15</td><td>{@code original}</td></tr>
 * <tr><td>μ̃_t(x_t, x_0) of eq. 7</td><td>{@code originalWeight · original + currentWeight · x}</td></tr>
 * <tr><td>σ_t² of section 3.2</td><td>{@link VarianceType}</td></tr>
 * <tr><td>z of algorithm 2</td><td>{@code scratch}</td></tr>
 * </table>
 */
public final class DdpmSampler extends VariancePreservingSampler {
    private final VarianceType varianceType;

    /**
     * Sets up a run.
     *
     * @param config the model's schedule; prediction type, spacing, clipping and variance type count here
     * @param steps number of steps, 1 to the number of training timesteps
     * @param shape the samples of the run
     * @throws IllegalArgumentException if the steps don't fit the schedule
     */
    public DdpmSampler(SchedulerConfig config, int steps, BatchShape shape) {
        super(config, steps, shape, true);
        varianceType = config.varianceType();
    }

    @Override
    public void step(float[] modelOutput, int evaluation, float[] x, NoiseSource noise) {
        require("DDPM step", evaluation, modelOutput, "the model's output", x, "x");

        // 1. The noise levels here and where the step leads.
        double alphaCumprod = alphaCumprod(evaluation);
        double previous = evaluation + 1 < evaluations() ? alphaCumprod(evaluation + 1) : 1;
        double alpha = alphaCumprod / previous;
        double beta = 1 - alpha;

        // 2. Eq. 15: the x_0 that the model sees in x_t, brought into range.
        prediction.original(x, modelOutput, alphaCumprod, original);
        clipping.apply(original, shape, scratch);

        // 3. Eq. 7: μ̃_t = √ᾱ_{t−1} β_t / (1 − ᾱ_t) · x_0 + √α_t (1 − ᾱ_{t−1}) / (1 − ᾱ_t) · x_t.
        double originalWeight = Math.sqrt(previous) * beta / (1 - alphaCumprod);
        double currentWeight = Math.sqrt(alpha) * (1 - previous) / (1 - alphaCumprod);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (originalWeight * original[i] + currentWeight * x[i]);
        }

        // 4. Algorithm 2, lines 3 and 4: x_{t−1} = μ̃_t + σ_t z, where z = 0 at the first timestep.
        if (timestep(evaluation) > 0) {
            float sigma = (float) Math.sqrt(varianceType.variance(alphaCumprod, previous));
            noise.fill(scratch);
            for (int i = 0; i < x.length; i++) {
                x[i] += sigma * scratch[i];
            }
        }
    }
}
