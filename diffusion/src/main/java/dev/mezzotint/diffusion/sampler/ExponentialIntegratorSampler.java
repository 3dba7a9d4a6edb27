package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.diffusion.schedule.PredictionType;

/**
 * What DPM-Solver++ and UniPC have in common: x = α x_0 + σ ε of unit variance, and half the logarithm of the
 * signal-to-noise ratio, λ = log(α / σ), as time, in which the linear part of the equation is solved exactly and only
 * the predicted x_0 is approximated (Lu et al. 2022, "DPM-Solver", arXiv 2206.00927, section 3.1).
 *
 * <p>α and σ here are of unit variance, α² + σ² = 1; their ratio σ / α is the σ of {@link NoiseLevels}.
 */
abstract class ExponentialIntegratorSampler implements Sampler {
    final BatchShape shape;
    /** Predicted x_0 of this step and those before it. */
    final PredictionHistory history;

    private final NoiseLevels levels;
    private final PredictionType prediction;
    private final Clipping clipping;
    private final float[] scratch;

    ExponentialIntegratorSampler(SchedulerConfig config, int steps, BatchShape shape, int predictions) {
        this.shape = shape;
        levels = NoiseLevels.beforeLast(config, steps, config.solver().finalSigma());
        prediction = config.predictionType();
        clipping = config.clipping();
        history = new PredictionHistory(predictions, shape.size());
        scratch = new float[shape.exampleLength()];
    }

    final int steps() {
        return levels.steps();
    }

    /** α_i: how much of x is x_0, for 0 ≤ i ≤ steps. */
    final double alpha(int i) {
        double ratio = levels.sigma(i);
        return 1 / Math.sqrt(ratio * ratio + 1);
    }

    /** σ_i: how much of x is noise. */
    final double spread(int i) {
        return levels.sigma(i) * alpha(i);
    }

    /** λ_i, infinite where there is no noise. */
    final double lambda(int i) {
        return -Math.log(levels.sigma(i));
    }

    final void require(String operation, int evaluation, float[] first, String firstName, float[] second, String name) {
        BatchShape.requireEvaluation(operation, evaluation, levels.steps());
        shape.require(operation, firstName, first);
        shape.require(operation, name, second);
    }

    /** Adds the x_0 that the model sees in x to {@link #history}, brought into range. */
    final void predict(float[] x, float[] modelOutput, int evaluation) {
        double alpha = alpha(evaluation);
        float[] original = history.add();
        prediction.original(x, modelOutput, alpha * alpha, original);
        clipping.apply(original, shape, scratch);
    }

    @Override
    public final double[] timesteps() {
        double[] timesteps = new double[levels.steps()];
        for (int i = 0; i < timesteps.length; i++) {
            timesteps[i] = levels.timestep(i);
        }
        return timesteps;
    }

    @Override
    public final double sigma(int evaluation) {
        return levels.sigma(evaluation);
    }

    @Override
    public final double initialNoiseSigma() {
        return 1;
    }

    @Override
    public final void scaleInput(float[] x, int evaluation, float[] out) {
        require("scaleInput", evaluation, x, "x", out, "out");
        System.arraycopy(x, 0, out, 0, x.length);
    }

    @Override
    public final void addNoise(float[] x0, float[] noise, int evaluation, float[] out) {
        require("addNoise", evaluation, x0, "x0", noise, "noise");
        shape.require("addNoise", "out", out);
        float alpha = (float) alpha(evaluation);
        float spread = (float) spread(evaluation);
        for (int i = 0; i < out.length; i++) {
            out[i] = alpha * x0[i] + spread * noise[i];
        }
    }

    @Override
    public void reset() {
        history.clear();
    }
}
