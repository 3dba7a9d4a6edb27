package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.guidance.GuidanceScale;
import java.util.Objects;

/**
 * What a picture should show, and how strongly that guides.
 *
 * @param prompt in words; may be empty
 * @param scale 1 is the model as trained; more follows the prompt more closely
 */
public record Condition(String prompt, GuidanceScale scale) {
    /** Checks that nothing is null. */
    public Condition {
        Objects.requireNonNull(prompt, "prompt");
        Objects.requireNonNull(scale, "scale");
    }
}
