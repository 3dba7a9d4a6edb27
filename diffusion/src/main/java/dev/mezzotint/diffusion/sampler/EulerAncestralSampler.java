package dev.mezzotint.diffusion.sampler;

/**
 * Euler's method with ancestral noise, after Crowson's k-diffusion: each step goes further down than the next noise
 * level and comes back up to it with fresh noise, as much as DDPM's posterior has (Ho et al. 2020, eq. 7; Song,
 * Sohl-Dickstein et al. 2021, "Score-Based Generative Modeling through Stochastic Differential Equations", arXiv
 * 2011.13456, appendix F).
 *
 * <table>
 * <caption>Symbols</caption>
 * <tr><td>σ_i, σ_{i+1}</td><td>{@code from}, {@code to}</td></tr>
 * <tr><td>σ_up, the posterior's deviation</td><td>{@code up}</td></tr>
 * <tr><td>σ_down, where σ_down² + σ_up² = σ_{i+1}²</td><td>{@code down}</td></tr>
 * </table>
 */
public final class EulerAncestralSampler extends VarianceExplodingSampler {
    private final float[] drawn;

    /**
     * Sets up a run.
     *
     * @param config the model's schedule; prediction type and spacing count here
     * @param steps number of steps, 1 to the number of training timesteps
     * @param shape the samples of the run
     * @throws IllegalArgumentException if the steps don't fit the schedule
     */
    public EulerAncestralSampler(SchedulerConfig config, int steps, BatchShape shape) {
        super(config, shape, NoiseLevels.ofTimesteps(config, steps, FinalSigma.ZERO), steps);
        drawn = new float[shape.size()];
    }

    @Override
    public void step(float[] modelOutput, int evaluation, float[] x, NoiseSource noise) {
        require("Euler ancestral step", evaluation, modelOutput, "the model's output", x, "x");
        double from = levels.sigma(evaluation);
        double to = levels.sigma(evaluation + 1);
        differentiate(x, modelOutput, from);

        // 1. Down: σ_up² = σ_{i+1}² (σ_i² − σ_{i+1}²) / σ_i², and Euler's step to what is left.
        double up = to * Math.sqrt((from - to) * (from + to)) / from;
        double down = to * to / from;

        // 2. And up. The last step draws its numbers too, though they count for nothing, as diffusers does.
        noise.fill(drawn);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (x[i] + (down - from) * slope[i] + up * drawn[i]);
        }
    }
}
