package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.model.vae.Tiling;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.tensor.Tensor;

/** Pictures to what the U-Net denoises: a sample of the VAE's posterior, or the picture itself for a model of pixels. */
final class LatentEncoder {
    private final TextToImageModel model;
    private final Tape tape;

    /** Encodes on a tape, which is reset each time. */
    LatentEncoder(TextToImageModel model, Tape tape) {
        this.model = model;
        this.tape = tape;
    }

    /**
     * Encodes.
     *
     * @param picture (1, height, width, channels) in [−1, 1]
     * @param tiled whether the VAE works on tiles
     * @param noise asked once for what the sample needs
     * @return (1, rows, columns, latentChannels), scaled
     */
    Tensor encode(Tensor picture, boolean tiled, LatentNoise noise) {
        if (model.vae().isEmpty()) {
            return picture;
        }
        Autoencoder vae = model.vae().get();
        Autoencoder.Posterior posterior =
                tiled ? Tiling.of(vae.config()).encode(vae, tape, picture) : vae.encode(tape, picture);
        float scale = (float) vae.config().scalingFactor();
        Tensor latents = Tensor.zeros(posterior.mean().shape());
        float[] values = latents.data();
        noise.fill(values);
        for (int i = 0; i < values.length; i++) {
            float logVariance = Math.clamp(posterior.logVariance().get(i), -30f, 20f);
            values[i] = scale * (posterior.mean().get(i) + (float) Math.exp(0.5f * logVariance) * values[i]);
        }
        tape.reset();
        return latents;
    }
}
