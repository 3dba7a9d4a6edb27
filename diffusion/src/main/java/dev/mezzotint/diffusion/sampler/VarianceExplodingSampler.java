package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.diffusion.schedule.TimestepSpacing;

/**
 * What the samplers have in common that keep x = x_0 + σ ε and solve dx/dσ = (x − x_0) / σ from σ_max down to 0
 * (Karras, Aittala, Aila and Laine 2022, "Elucidating the Design Space of Diffusion-Based Generative Models", arXiv
 * 2206.00364, eq. 1 with σ(t) = t). The slope is the ε that the model sees; the model is shown x / √(σ² + 1), of unit
 * variance.
 */
abstract class VarianceExplodingSampler implements Sampler {
    final BatchShape shape;
    final NoiseLevels levels;
    /** dx/dσ at the current evaluation. */
    final float[] slope;

    private final PredictionType prediction;
    private final int evaluations;
    private final double initialNoiseSigma;
    private final float[] scaled;

    /**
     * Sets up a run.
     *
     * @param evaluations how many the run has; see {@link #level}
     */
    VarianceExplodingSampler(SchedulerConfig config, BatchShape shape, NoiseLevels levels, int evaluations) {
        this.shape = shape;
        this.levels = levels;
        this.evaluations = evaluations;
        prediction = config.predictionType();
        slope = new float[shape.size()];
        scaled = new float[shape.size()];
        // the first timestep of leading spacing is not pure noise: x_0 counts with its own unit variance
        double largest = levels.sigma(0);
        initialNoiseSigma = config.timestepSpacing() == TimestepSpacing.LEADING ? Math.hypot(largest, 1) : largest;
    }

    /** Number of the noise level at which an evaluation takes place. */
    int level(int evaluation) {
        return evaluation;
    }

    final void require(String operation, int evaluation, float[] first, String firstName, float[] second, String name) {
        BatchShape.requireEvaluation(operation, evaluation, evaluations);
        shape.require(operation, firstName, first);
        shape.require(operation, name, second);
    }

    /** Computes {@link #slope} from what the model predicted at a noise level. */
    final void differentiate(float[] x, float[] modelOutput, double sigma) {
        double signal = 1 / Math.sqrt(sigma * sigma + 1);
        for (int i = 0; i < x.length; i++) {
            scaled[i] = (float) (x[i] * signal);
        }
        prediction.noise(scaled, modelOutput, signal * signal, slope);
    }

    @Override
    public final double[] timesteps() {
        double[] timesteps = new double[evaluations];
        for (int i = 0; i < evaluations; i++) {
            timesteps[i] = levels.timestep(level(i));
        }
        return timesteps;
    }

    @Override
    public final double sigma(int evaluation) {
        return levels.sigma(level(evaluation));
    }

    @Override
    public final double initialNoiseSigma() {
        return initialNoiseSigma;
    }

    @Override
    public final void scaleInput(float[] x, int evaluation, float[] out) {
        require("scaleInput", evaluation, x, "x", out, "out");
        double sigma = sigma(evaluation);
        double signal = 1 / Math.sqrt(sigma * sigma + 1);
        for (int i = 0; i < x.length; i++) {
            out[i] = (float) (x[i] * signal);
        }
    }

    @Override
    public final void addNoise(float[] x0, float[] noise, int evaluation, float[] out) {
        require("addNoise", evaluation, x0, "x0", noise, "noise");
        shape.require("addNoise", "out", out);
        float sigma = (float) sigma(evaluation);
        for (int i = 0; i < out.length; i++) {
            out[i] = x0[i] + sigma * noise[i];
        }
    }

    @Override
    public void reset() {}
}
