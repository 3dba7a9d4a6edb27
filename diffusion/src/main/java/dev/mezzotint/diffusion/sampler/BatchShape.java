package dev.mezzotint.diffusion.sampler;

/**
 * How a flat array holds the samples of one run: {@code examples} of them, one after another, of {@code exampleLength}
 * values each.
 *
 * @param examples number of samples drawn at once, at least 1
 * @param exampleLength channels × height × width, at least 1
 */
public record BatchShape(int examples, int exampleLength) {
    /**
     * Checks both.
     *
     * @throws IllegalArgumentException where one is not positive or an array could not hold their product
     */
    public BatchShape {
        if (examples < 1 || exampleLength < 1 || (long) examples * exampleLength > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException("a batch of " + examples + " examples of " + exampleLength
                    + " values cannot be held; both must be positive and their product below 2^31");
        }
    }

    /** Number of values in all. */
    public int size() {
        return examples * exampleLength;
    }

    void require(String operation, String name, float[] values) {
        if (values.length != size()) {
            throw new IllegalArgumentException(operation + ": " + name + " has " + values.length + " values but the run"
                    + " was created for " + examples + " × " + exampleLength + " = " + size());
        }
    }

    /** Refuses an evaluation that a run does not have. */
    static void requireEvaluation(String operation, int evaluation, int evaluations) {
        if (evaluation < 0 || evaluation >= evaluations) {
            throw new IllegalArgumentException(
                    operation + ": there is no evaluation " + evaluation + " in a run of " + evaluations);
        }
    }
}
