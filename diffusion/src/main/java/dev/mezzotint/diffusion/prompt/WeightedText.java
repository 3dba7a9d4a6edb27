package dev.mezzotint.diffusion.prompt;

/**
 * A piece of a prompt and how strongly it counts.
 *
 * @param text without the brackets and escapes that the prompt was written with
 * @param weight 1 for ordinary text; finite
 */
public record WeightedText(String text, double weight) {
    /**
     * Refuses a weight that is no number.
     *
     * @throws IllegalArgumentException if the weight is not finite
     */
    public WeightedText {
        if (!Double.isFinite(weight)) {
            throw new IllegalArgumentException("prompt: the weight of \"" + text + "\" is " + weight
                    + " but must be a finite number; 1 is ordinary text");
        }
    }
}
