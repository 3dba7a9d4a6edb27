package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.sampler.Sampler;

/**
 * Inpainting with a model that knows no masks: after every evaluation the part to keep is put back, noised to where the
 * next one begins (Lugmayr et al. 2022, "RePaint", eq. 8, without resampling).
 *
 * @param clean latent of the picture
 * @param noise that it is noised with
 * @param open 1 where the picture is drawn anew and 0 where it is kept, one value a position
 */
record KeptPart(float[] clean, float[] noise, float[] open) {
    /**
     * Puts it back.
     *
     * @param x what the evaluation led to; changed
     * @param done the evaluation
     */
    void putBack(float[] x, int done, Sampler sampler) {
        float[] kept = clean;
        if (done + 1 < sampler.timesteps().length) {
            kept = new float[x.length];
            sampler.addNoise(clean, noise, done + 1, kept);
        }
        int channels = x.length / open.length;
        for (int i = 0; i < x.length; i++) {
            float drawn = open[i / channels];
            x[i] = (1 - drawn) * kept[i] + drawn * x[i];
        }
    }
}
