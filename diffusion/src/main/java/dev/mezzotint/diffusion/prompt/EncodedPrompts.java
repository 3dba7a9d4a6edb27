package dev.mezzotint.diffusion.prompt;

import dev.mezzotint.engine.tensor.Tensor;
import java.util.Optional;

/**
 * Prompts as the U-Net reads them.
 *
 * @param context (prompts, tokens, width); the tokens are those of all chunks, one chunk after the other
 * @param pooled (prompts, width): each prompt's summary, for U-Nets that read one
 */
public record EncodedPrompts(Tensor context, Optional<Tensor> pooled) {}
