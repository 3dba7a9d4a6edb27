package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.diffusion.schedule.NoiseSchedule;
import dev.mezzotint.diffusion.schedule.PredictionType;

/**
 * What the samplers have in common that work at whole timesteps and keep x = √ᾱ x_0 + √(1 − ᾱ) ε, of unit variance: the
 * model sees x as it is, and a run begins with standard normal noise.
 *
 * <p>A step leads from timestep t to t − ⌊T / steps⌋, as in diffusers, also where the spacing visits another one next.
 */
abstract class VariancePreservingSampler implements Sampler {
    final BatchShape shape;
    final PredictionType prediction;
    final Clipping clipping;
    /** Predicted x_0. */
    final float[] original;
    /** The step's noise, or whatever else needs as much room. */
    final float[] scratch;

    private final int[] timesteps;
    private final double[] alphasCumprod;
    private final double[] previousAlphasCumprod;

    VariancePreservingSampler(SchedulerConfig config, int steps, BatchShape shape, boolean endAtOne) {
        this.shape = shape;
        prediction = config.predictionType();
        clipping = config.clipping();
        original = new float[shape.size()];
        scratch = new float[shape.size()];

        NoiseSchedule schedule = new NoiseSchedule(config.noise());
        int stride = schedule.numTrainTimesteps() / Math.max(1, steps);
        timesteps = config.timestepSpacing().timesteps(schedule.numTrainTimesteps(), steps, config.stepsOffset());
        alphasCumprod = new double[steps];
        previousAlphasCumprod = new double[steps];
        for (int i = 0; i < steps; i++) {
            alphasCumprod[i] = schedule.alphaCumprod(timesteps[i]);
            int previous = timesteps[i] - stride;
            double last = endAtOne ? 1 : schedule.alphaCumprod(0);
            previousAlphasCumprod[i] = previous >= 0 ? schedule.alphaCumprod(previous) : last;
        }
        if (alphasCumprod[0] == 0 && prediction == PredictionType.EPSILON) {
            throw new IllegalArgumentException("timestep " + timesteps[0]
                    + " of a schedule with rescale_betas_zero_snr is pure noise,"
                    + " which prediction_type epsilon cannot start from; use timestep_spacing leading or a model"
                    + " that predicts v or the sample");
        }
    }

    /** ᾱ_t. */
    final double alphaCumprod(int evaluation) {
        return alphasCumprod[evaluation];
    }

    /** ᾱ of the timestep that a step leads to. */
    final double previousAlphaCumprod(int evaluation) {
        return previousAlphasCumprod[evaluation];
    }

    final int timestep(int evaluation) {
        return timesteps[evaluation];
    }

    final void require(String operation, int evaluation, float[] first, String firstName, float[] second, String name) {
        if (evaluation < 0 || evaluation >= timesteps.length) {
            throw new IllegalArgumentException(
                    operation + ": there is no evaluation " + evaluation + " in a run of " + timesteps.length);
        }
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
