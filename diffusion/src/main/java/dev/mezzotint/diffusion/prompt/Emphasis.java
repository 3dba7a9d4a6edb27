package dev.mezzotint.diffusion.prompt;

/**
 * Weights on tokens: a token's state is multiplied by its weight, then all states of the chunk by one factor that makes
 * their mean what it was, which keeps them in the range that the U-Net knows. This is the rule that the web UI calls
 * "Original"; there as here the mean is taken over one chunk of one prompt and one text encoder, padding included.
 */
final class Emphasis {
    private Emphasis() {}

    /**
     * Weighs the states of one chunk. They stay as they are, to the bit, where every weight is 1; and the mean is let
     * be where the weighted one is zero.
     *
     * @param weights one a token
     * @param states holds the tokens' states
     * @param offset where the first token's state begins
     * @param width of a state
     * @param stride from one token's state to the next
     */
    static void apply(double[] weights, float[] states, int offset, int width, int stride) {
        double before = 0;
        double after = 0;
        boolean plain = true;
        for (int token = 0; token < weights.length; token++) {
            int start = offset + token * stride;
            double sum = 0;
            for (int i = start; i < start + width; i++) {
                sum += states[i];
            }
            before += sum;
            after += weights[token] * sum;
            plain &= weights[token] == 1;
        }
        if (plain) {
            return;
        }
        double restore = after == 0 ? 1 : before / after;
        for (int token = 0; token < weights.length; token++) {
            int start = offset + token * stride;
            for (int i = start; i < start + width; i++) {
                states[i] = (float) (states[i] * weights[token] * restore);
            }
        }
    }
}
