package dev.mezzotint.diffusion.sampler;

/**
 * A model with everything that conditions it, as a sampling loop sees it: x_t in, prediction (ε, v or x_0) out.
 */
@FunctionalInterface
public interface Denoiser {
    /**
     * Predicts.
     *
     * @param x the model's input, scaled as the sampler wants it; not changed
     * @param at where in the run this evaluation stands, with its timestep
     * @param out receives the prediction, as long as {@code x}
     */
    void predict(float[] x, Progress at, float[] out);
}
