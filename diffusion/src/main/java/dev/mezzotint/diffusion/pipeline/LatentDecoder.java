package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Optional;

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
     * @return (pictures, height, width, channels), about −1 to 1
     * @throws ArithmeticException if a value is not finite
     */
    Tensor decode(Tensor latents) {
        Optional<Tensor> decoded = model.vae().map(vae -> {
            float unscale = (float) (1 / vae.config().scalingFactor());
            return vae.decode(tape, ArithmeticOps.affine(tape, latents, unscale, 0))
                    .copy();
        });
        tape.reset();
        Tensor picture = decoded.orElse(latents);
        for (float value : picture.data()) {
            if (!Float.isFinite(value)) {
                throw new ArithmeticException("the picture became non-finite when the VAE decoded it after the last"
                        + " step: lower the guidance scale, or check that the VAE's weights are whole");
            }
        }
        return picture;
    }
}
