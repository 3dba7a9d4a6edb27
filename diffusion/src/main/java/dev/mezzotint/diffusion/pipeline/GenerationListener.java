package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.engine.tensor.Tensor;

/** Hears how a picture comes along. */
public interface GenerationListener {
    /** Hears nothing. */
    GenerationListener SILENT = new GenerationListener() {};

    /**
     * A prompt was longer than the text encoder reads.
     *
     * @param prompt the whole of it
     * @param dropped the part that has no effect
     */
    default void truncated(String prompt, String dropped) {}

    /**
     * A step is done.
     *
     * @param latents (1, rows, columns, channels); lent until this returns, not to be changed
     */
    default void stepped(GenerationProgress progress, Tensor latents) {}
}
