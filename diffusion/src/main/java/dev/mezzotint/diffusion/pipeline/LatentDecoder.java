package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.model.vae.Tiling;
import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.tensor.Tensor;

/** The last part of a pipeline: latents to pictures, or what the U-Net made where it draws pixels. */
final class LatentDecoder {
    private final TextToImageModel model;
    private final Tape tape;

    /** Decodes on a tape, which is reset each time. */
    LatentDecoder(TextToImageModel model, Tape tape) {
        this.model = model;
        this.tape = tape;
    }

    /**
     * Decodes.
     *
     * @param latents (pictures, rows, columns, channels), all finite
     * @param tiled whether the VAE works on tiles
     * @return (pictures, height, width, channels), about −1 to 1
     * @throws ArithmeticException if a value is not finite
     */
    Tensor decode(Tensor latents, boolean tiled) {
        Tensor picture = latents;
        if (model.vae().isPresent()) {
            Autoencoder vae = model.vae().get();
            float unscale = (float) (1 / vae.config().scalingFactor());
            Tensor scaled = ArithmeticOps.affine(tape, latents, unscale, 0);
            picture = tiled
                    ? Tiling.of(vae.config()).decode(vae, tape, scaled)
                    : vae.decode(tape, scaled).copy();
            tape.reset();
        }
        for (float value : picture.data()) {
            if (!Float.isFinite(value)) {
                throw new ArithmeticException("the picture became non-finite when the VAE decoded it after the last"
                        + " step: lower the guidance scale, or check that the VAE's weights are whole");
            }
        }
        return picture;
    }
}
