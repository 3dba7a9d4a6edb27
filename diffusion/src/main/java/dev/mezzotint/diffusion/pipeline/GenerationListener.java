package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.tensor.Tensor;

/** Hears how a picture comes along. */
public interface GenerationListener {
    /** Hears nothing. */
    GenerationListener SILENT = new GenerationListener() {};

    /**
     * A step is done.
     *
     * @param latents (1, rows, columns, channels); lent until this returns, not to be changed
     */
    default void stepped(GenerationProgress progress, Tensor latents) {}

    /** Whether it wants to see the picture as it stands after a step; decoding it takes time. */
    default boolean wantsPreview(GenerationProgress progress) {
        return false;
    }

    /**
     * The picture as it stands: what the model now takes for the clean one.
     *
     * @param picture smaller than the result where a fast decoder makes it so
     */
    default void previewed(GenerationProgress progress, Image picture) {}
}
