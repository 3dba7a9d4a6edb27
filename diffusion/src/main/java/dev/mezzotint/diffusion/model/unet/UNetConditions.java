package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.engine.tensor.Tensor;
import java.util.Objects;
import java.util.Optional;

/**
 * What a U-Net is told beside the noisy latent and the timestep, one row an example.
 *
 * <p>There may be several times as many examples as latents: all latents under the first condition, then all under the
 * second, and so on, as a step with guidance has them. Until the text comes in, each latent is worked on once.
 *
 * @param context encoded texts, (batch, tokens, contextWidth)
 * @param added summary of the text and sizes of the picture, for models that were trained with them (SDXL)
 * @param guidance guidance scale minus one of each latent, for models that have guidance built in (latent consistency
 *     models)
 */
public record UNetConditions(Tensor context, Optional<TextAndSizes> added, Optional<double[]> guidance) {
    /**
     * SDXL's added conditions (Podell et al. 2023, section 2.2).
     *
     * @param pooled summaries of the texts, (batch, pooledWidth)
     * @param sizes six numbers an example: height and width of the original, top and left of the crop, height and width
     *     of the target
     */
    public record TextAndSizes(Tensor pooled, double[][] sizes) {}

    /** Checks that nothing is null. */
    public UNetConditions {
        Objects.requireNonNull(context, "context");
        Objects.requireNonNull(added, "added");
        Objects.requireNonNull(guidance, "guidance");
    }

    /** Texts alone. */
    public static UNetConditions of(Tensor context) {
        return new UNetConditions(context, Optional.empty(), Optional.empty());
    }
}
