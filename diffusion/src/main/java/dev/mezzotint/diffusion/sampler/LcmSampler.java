package dev.mezzotint.diffusion.sampler;

/**
 * Latent consistency models: Luo, Tan, Huang, Li and Zhao 2023, "Latent Consistency Models: Synthesizing
 * High-Resolution Images with Few-Step Inference" (arXiv 2310.04378), algorithm 3, after Song, Dhariwal, Chen and
 * Sutskever 2023, "Consistency Models" (arXiv 2303.01469), eq. 5. The model says at once where the path of x ends; that
 * is noised again to the next timestep.
 *
 * <p>The timesteps are a selection of those that the model was distilled for; {@code timestep_spacing} does not count.
 *
 * <table>
 * <caption>Symbols</caption>
 * <tr><td>c_skip(t), c_out(t) of eq. 5</td><td>{@code skip}, {@code out}</td></tr>
 * <tr><td>f_θ(z, c, t)</td><td>{@code original}, once the boundary condition is applied</td></tr>
 * <tr><td>α(τ_n), σ(τ_n)</td><td>√ᾱ, √(1 − ᾱ) of the next timestep</td></tr>
 * </table>
 */
public final class LcmSampler extends VariancePreservingSampler {
    /** σ_data, half the deviation of the data, as in Karras et al. 2022. */
    private static final double SIGMA_DATA = 0.5;

    private final double timestepScaling;

    /**
     * Sets up a run.
     *
     * @param config the model's schedule; prediction type, clipping, {@code original_inference_steps} and
     *     {@code timestep_scaling} count here
     * @param steps number of steps, 1 to {@code original_inference_steps}
     * @param shape the samples of the run
     * @throws IllegalArgumentException if the steps don't fit what the model was distilled for
     */
    public LcmSampler(SchedulerConfig config, int steps, BatchShape shape) {
        super(config, shape, timesteps(config, steps), true);
        timestepScaling = config.solver().timestepScaling();
    }

    private static int[] timesteps(SchedulerConfig config, int steps) {
        int trained = config.noise().numTrainTimesteps();
        int distilled = config.solver().originalInferenceSteps();
        if (distilled > trained) {
            throw new IllegalArgumentException("original_inference_steps is " + distilled
                    + " but num_train_timesteps is " + trained + "; it must be at most as many");
        }
        if (steps < 1 || steps > distilled) {
            throw new IllegalArgumentException("the number of steps is " + steps + " but must be from 1 to " + distilled
                    + " with LCM, the original_inference_steps that the model was distilled for");
        }
        int[] timesteps = new int[steps];
        for (int i = 0; i < steps; i++) {
            int left = distilled - (int) Math.floor(i * ((double) distilled / steps));
            timesteps[i] = left * (trained / distilled) - 1;
        }
        return timesteps;
    }

    @Override
    public void step(float[] modelOutput, int evaluation, float[] x, NoiseSource noise) {
        require("LCM step", evaluation, modelOutput, "the model's output", x, "x");

        // 1. The x_0 that the model sees in x, brought into range.
        prediction.original(x, modelOutput, alphaCumprod(evaluation), original);
        clipping.apply(original, shape, scratch);

        // 2. Eq. 5: f = c_skip x + c_out x_0, so that f = x at timestep 0.
        double scaled = timestep(evaluation) * timestepScaling;
        double norm = scaled * scaled + SIGMA_DATA * SIGMA_DATA;
        double skip = SIGMA_DATA * SIGMA_DATA / norm;
        double out = scaled / Math.sqrt(norm);
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (out * original[i] + skip * x[i]);
        }

        // 3. Algorithm 3, line 4: noised again to the next timestep, if there is one.
        if (evaluation + 1 < evaluations()) {
            double next = alphaCumprod(evaluation + 1);
            double signal = Math.sqrt(next);
            double spread = Math.sqrt(1 - next);
            noise.fill(scratch);
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (signal * x[i] + spread * scratch[i]);
            }
        }
    }
}
