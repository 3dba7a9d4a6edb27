package dev.mezzotint.diffusion.sampler;

/**
 * Sampling from beginning to end, with whatever method and model: algorithm 2 of Ho et al. 2020.
 *
 * <p>Not safe for use by several threads; a loop may be run many times and allocates nothing after construction.
 */
public final class SamplingLoop {
    /** Told after every step. */
    @FunctionalInterface
    public interface Listener {
        /**
         * A step is done.
         *
         * @param done the step
         * @param x the sample that it led to; lent until this returns. What is changed in it, the next step begins
         *     with
         */
        void stepped(Progress done, float[] x);
    }

    private final Sampler sampler;
    private final Denoiser denoiser;
    private final Progress[] evaluations;
    private final float[] input;
    private final float[] prediction;

    /**
     * Joins a method and a model.
     *
     * @param sampler set up for the run's steps and {@code shape}
     * @param denoiser predicts for samples of {@code shape}
     * @param shape the samples of the run
     */
    public SamplingLoop(Sampler sampler, Denoiser denoiser, BatchShape shape) {
        this.sampler = sampler;
        this.denoiser = denoiser;
        double[] timesteps = sampler.timesteps();
        evaluations = new Progress[timesteps.length];
        for (int i = 0; i < timesteps.length; i++) {
            evaluations[i] = new Progress(i, timesteps.length, timesteps[i], sampler.sigma(i));
        }
        input = new float[shape.size()];
        prediction = new float[shape.size()];
    }

    /** Number of model evaluations of a whole run. */
    public int evaluations() {
        return evaluations.length;
    }

    /**
     * Draws a sample: initial noise first, then every step.
     *
     * @param x receives the sample
     * @param noise gives the initial noise and then what the steps draw
     * @param listener told after every step
     * @throws NonFiniteException naming the step at which a value was no longer finite
     */
    public void sample(float[] x, NoiseSource noise, Listener listener) {
        noise.fill(x);
        float sigma = (float) sampler.initialNoiseSigma();
        for (int i = 0; i < x.length; i++) {
            x[i] *= sigma;
        }
        denoise(x, 0, noise, listener);
    }

    /**
     * Takes the steps from one evaluation to the last.
     *
     * @param x the sample as that evaluation expects it: initial noise times {@link Sampler#initialNoiseSigma()}, or
     *     what {@link Sampler#addNoise} made of a clean one; receives the result
     * @param first evaluation to begin with, 0 for a whole run
     * @param noise gives what the steps draw
     * @param listener told after every step
     * @throws NonFiniteException naming the step at which a value was no longer finite
     * @throws IllegalArgumentException if there is no such evaluation or {@code x} is not of the run's shape
     */
    public void denoise(float[] x, int first, NoiseSource noise, Listener listener) {
        if (first < 0 || first >= evaluations.length || x.length != input.length) {
            throw new IllegalArgumentException("denoise: evaluation " + first + " with " + x.length
                    + " values asked of a run of " + evaluations.length + " evaluations with " + input.length
                    + " values; both must fit");
        }
        sampler.reset();
        for (int i = first; i < evaluations.length; i++) {
            Progress at = evaluations[i];
            sampler.scaleInput(x, i, input);
            denoiser.predict(input, at, prediction);
            NonFiniteException.requireFinite(prediction, "the model's prediction", at);
            sampler.step(prediction, i, x, noise);
            NonFiniteException.requireFinite(x, "the latent", at);
            listener.stepped(at, x);
        }
    }
}
