package dev.mezzotint.clip.tokenizer;

/**
 * One prompt as the text encoder takes it.
 *
 * @param ids {@link Tokenizer#maxLength()} ids: the start token, the prompt's tokens, the end token, padding
 * @param endIndex where the first end token stands; CLIP's pooled output is read there
 * @param dropped the text that did not fit, cleaned as it was encoded; empty if everything fitted
 */
public record Encoded(int[] ids, int endIndex, String dropped) {

    /** Whether the prompt was too long, so that {@link #dropped} holds its tail. */
    public boolean truncated() {
        return !dropped.isEmpty();
    }
}
