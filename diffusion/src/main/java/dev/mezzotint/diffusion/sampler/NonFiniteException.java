package dev.mezzotint.diffusion.sampler;

/** A prediction or a sample became infinite or not a number; the message names the step. */
public final class NonFiniteException extends ArithmeticException {
    private static final long serialVersionUID = 1L;

    /** Says what became non-finite, at which step, and what to do. */
    NonFiniteException(String what, Progress at) {
        super(what + " became non-finite at " + at.describe()
                + ": lower the guidance scale, or check that the model's weights are whole");
    }

    /** Throws unless every value is finite. */
    static void requireFinite(float[] values, String what, Progress at) {
        // 0 · v is 0 where v is finite and NaN where it is not, and NaN survives the sum
        float probe = 0;
        for (float value : values) {
            probe += 0 * value;
        }
        if (probe != 0) {
            throw new NonFiniteException(what, at);
        }
    }
}
