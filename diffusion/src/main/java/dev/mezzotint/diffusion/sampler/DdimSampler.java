package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.diffusion.schedule.PredictionType;

/**
 * DDIM: Song, Meng and Ermon 2021, "Denoising Diffusion Implicit Models" (arXiv 2010.02502). The model is trained as
 * for DDPM, but the reverse process need not be the Markov chain that training had in mind: with η = 0 it is
 * deterministic, and far fewer steps suffice.
 *
 * <p>The paper's α_t is what this code, with Ho et al., calls ᾱ_t:
 *
 * <table>
 * <caption>Symbols</caption>
 * <tr><td>α_t</td><td>{@code alpha}</td></tr>
 * <tr><td>α_{t−1}, of the timestep a step leads to</td><td>{@code alphaPrevious}</td></tr>
 * <tr><td>ε_θ(x_t)</td><td>{@code epsilon}</td></tr>
 * <tr><td>f_θ(x_t), "predicted x_0" of eq. 9 and 12</td><td>{@code original}</td></tr>
 * <tr><td>σ_t(η) of eq. 16</td><td>{@code sigma}</td></tr>
 * <tr><td>"direction pointing to x_t" of eq. 12</td><td>{@code direction · epsilon}</td></tr>
 * <tr><td>ε_t, "random noise" of eq. 12</td><td>{@code scratch}</td></tr>
 * </table>
 */
public final class DdimSampler extends VariancePreservingSampler {
    /** A step leads ⌊T / steps⌋ timesteps down, also where the spacing visits another one next. */
    private final int stride;

    private final double eta;
    private final boolean useClippedModelOutput;
    private final float[] epsilon;

    /**
     * Sets up a run.
     *
     * @param config the model's schedule; prediction type, spacing, clipping and {@code set_alpha_to_one} count here
     * @param steps number of steps, 1 to the number of training timesteps
     * @param shape the samples of the run
     * @param eta η: how much of DDPM's noise the steps add, from 0 (none, no number drawn) to 1 (as much)
     * @param useClippedModelOutput whether ε is derived again from a clipped x_0, as GLIDE does
     * @throws IllegalArgumentException if η is out of range or the steps don't fit the schedule
     */
    public DdimSampler(SchedulerConfig config, int steps, BatchShape shape, double eta, boolean useClippedModelOutput) {
        super(config, steps, shape, config.setAlphaToOne());
        stride = config.noise().numTrainTimesteps() / steps;
        if (!(eta >= 0 && eta <= 1)) {
            throw new IllegalArgumentException("DDIM's eta is " + eta + " but must lie from 0 to 1");
        }
        this.eta = eta;
        this.useClippedModelOutput = useClippedModelOutput;
        epsilon = new float[shape.size()];
    }

    @Override
    public void step(float[] modelOutput, int evaluation, float[] x, NoiseSource noise) {
        require("DDIM step", evaluation, modelOutput, "the model's output", x, "x");

        // 1. The noise levels here and where the step leads.
        double alpha = alphaCumprod(evaluation);
        double alphaPrevious = alphaCumprodAt(timestep(evaluation) - stride);

        // 2. "Predicted x_0" of eq. 12, brought into range, and the noise that goes with it.
        prediction.original(x, modelOutput, alpha, original);
        prediction.noise(x, modelOutput, alpha, epsilon);
        clipping.apply(original, shape, scratch);
        if (useClippedModelOutput) {
            PredictionType.SAMPLE.noise(x, original, alpha, epsilon);
        }

        // 3. Eq. 16: σ_t(η) = η √((1 − α_{t−1}) / (1 − α_t)) √(1 − α_t / α_{t−1}).
        double sigma = sigma(alpha, alphaPrevious);

        // 4. Eq. 12 without its last term: x_{t−1} = √α_{t−1} · x_0 + √(1 − α_{t−1} − σ_t²) · ε_θ.
        double signal = Math.sqrt(alphaPrevious);
        double direction = Math.sqrt(Math.max(0, 1 - alphaPrevious - sigma * sigma));
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (signal * original[i] + direction * epsilon[i]);
        }

        // 5. Its last term, "random noise": σ_t · ε_t.
        if (eta > 0) {
            noise.fill(scratch);
            for (int i = 0; i < x.length; i++) {
                x[i] += (float) sigma * scratch[i];
            }
        }
    }

    private double sigma(double alpha, double alphaPrevious) {
        return eta * Math.sqrt((1 - alphaPrevious) / (1 - alpha) * Math.max(0, 1 - alpha / alphaPrevious));
    }
}
