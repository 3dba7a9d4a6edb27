package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.diffusion.schedule.NoiseSchedule;
import dev.mezzotint.diffusion.schedule.PredictionType;

/**
 * What the samplers have in common that work at whole timesteps and keep x = √ᾱ x_0 + √(1 − ᾱ) ε, of unit variance: the
 * model sees x as it is, and a run begins with standard normal noise.
 */
abstract class VariancePreservingSampler implements Sampler {
    final BatchShape shape;
    final PredictionType prediction;
    final Clipping clipping;
    /** Predicted x_0. */
    final float[] original;
    /** The step's noise, or whatever else needs as much room. */
    final float[] scratch;

    private final NoiseSchedule schedule;
    private final int[] timesteps;
    private final double[] alphasCumprod;
    private final double endAlphaCumprod;

    /** A run over the timesteps of the configuration's spacing. */
    VariancePreservingSampler(SchedulerConfig config, int steps, BatchShape shape, boolean endAtOne) {
        this(
                config,
                shape,
                config.timestepSpacing().timesteps(config.noise().numTrainTimesteps(), steps, config.stepsOffset()),
                endAtOne);
    }

    /** A run over given timesteps. */
    VariancePreservingSampler(SchedulerConfig config, BatchShape shape, int[] timesteps, boolean endAtOne) {
        this.shape = shape;
        this.timesteps = timesteps;
        prediction = config.predictionType();
        clipping = config.clipping();
        original = new float[shape.size()];
        scratch = new float[shape.size()];
        schedule = new NoiseSchedule(config.noise());
        endAlphaCumprod = endAtOne ? 1 : schedule.alphaCumprod(0);
        alphasCumprod = new double[timesteps.length];
        for (int i = 0; i < timesteps.length; i++) {
            alphasCumprod[i] = schedule.alphaCumprod(timesteps[i]);
            config.requireSignal(timesteps[i], alphasCumprod[i]);
        }
    }

    /** ᾱ_t. */
    final double alphaCumprod(int evaluation) {
        return alphasCumprod[evaluation];
    }

    /** ᾱ of any timestep; those below 0 stand for the end of the run. */
    final double alphaCumprodAt(int timestep) {
        return timestep >= 0 ? schedule.alphaCumprod(timestep) : endAlphaCumprod;
    }

    final int evaluations() {
        return timesteps.length;
    }

    final int timestep(int evaluation) {
        return timesteps[evaluation];
    }

    final void require(String operation, int evaluation, float[] first, String firstName, float[] second, String name) {
        BatchShape.requireEvaluation(operation, evaluation, timesteps.length);
        shape.require(operation, firstName, first);
        shape.require(operation, name, second);
    }

    @Override
    public final double[] timesteps() {
        double[] copy = new double[timesteps.length];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = timesteps[i];
        }
        return copy;
    }

    @Override
    public final double sigma(int evaluation) {
        return Math.sqrt((1 - alphasCumprod[evaluation]) / alphasCumprod[evaluation]);
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
        float signal = (float) Math.sqrt(alphasCumprod[evaluation]);
        float spread = (float) Math.sqrt(1 - alphasCumprod[evaluation]);
        for (int i = 0; i < out.length; i++) {
            out[i] = signal * x0[i] + spread * noise[i];
        }
    }

    @Override
    public void reset() {}
}
