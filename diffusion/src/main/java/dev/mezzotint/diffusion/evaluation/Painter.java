package dev.mezzotint.diffusion.evaluation;

import dev.mezzotint.engine.image.Image;
import java.util.List;

/** What is evaluated: something that draws pictures of prompts. */
@FunctionalInterface
public interface Painter {
    /**
     * Draws one picture a prompt.
     *
     * @param seeds one a prompt; the same prompt, seed and guidance scale give the same picture
     * @param guidance scale of classifier-free guidance
     */
    List<Image> paint(List<String> prompts, List<Long> seeds, double guidance);
}
