package dev.mezzotint.engine.kernel;

import java.util.Objects;

/**
 * What a product does with its result before it is stored: {@code c = activation(product + bias)}, or, when
 * accumulating, {@code c = activation(c + product + bias)}, or with {@code addend} in the place of that c.
 *
 * @param bias one value a column of the result, or an empty array for none
 * @param accumulate whether the product is added to what the output holds, or to the addend
 * @param addend what is added to, at the same places as the output in its array, or an empty array for the output itself;
 *     convolutions take none
 * @param activation applied last
 */
public record Epilogue(float[] bias, boolean accumulate, float[] addend, Activation activation) {
    private static final float[] NONE = {};

    /** Stores the bare product. */
    public static final Epilogue STORE = new Epilogue(NONE, false, Activation.NONE);

    /** Adds the bare product to the output. */
    public static final Epilogue ACCUMULATE = new Epilogue(NONE, true, Activation.NONE);

    /** Checks that nothing is null. */
    public Epilogue {
        Objects.requireNonNull(bias, "bias");
        Objects.requireNonNull(addend, "addend");
        Objects.requireNonNull(activation, "activation");
    }

    /** Without an addend. */
    public Epilogue(float[] bias, boolean accumulate, Activation activation) {
        this(bias, accumulate, NONE, activation);
    }

    /** Stores the product plus a bias plus what stands at the output's places in another array. */
    public static Epilogue onto(float[] addend, float[] bias) {
        return new Epilogue(bias, true, addend, Activation.NONE);
    }

    /** Stores the product plus a bias. */
    public static Epilogue bias(float[] bias) {
        return new Epilogue(bias, false, Activation.NONE);
    }

    /** What the product is added to when accumulating. */
    public float[] addend(float[] output) {
        return addend.length > 0 ? addend : output;
    }

    /**
     * Says that an operation adds to nothing but its output.
     *
     * @throws IllegalArgumentException if there is an addend
     */
    public void refuseAddend(String operation) {
        if (addend.length > 0) {
            throw new IllegalArgumentException(operation + ": adds to its output alone, not to another array");
        }
    }

    /** Whether there is a bias to add. */
    public boolean hasBias() {
        return bias.length > 0;
    }
}
