package dev.mezzotint.diffusion.evaluation;

import dev.mezzotint.engine.data.JudgedPrompt;
import java.util.List;

/**
 * Prompts that are scored together.
 *
 * @param name heads their column
 * @param prompts the prompts with their truths
 */
public record PromptSet(String name, List<JudgedPrompt> prompts) {
    /** Takes an unmodifiable copy. */
    public PromptSet {
        prompts = List.copyOf(prompts);
    }
}
