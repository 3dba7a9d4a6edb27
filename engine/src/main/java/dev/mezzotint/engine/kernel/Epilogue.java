package dev.mezzotint.engine.kernel;

import java.util.Objects;

/**
 * What a product does with its result before it is stored: {@code c = activation(product + bias)}, or, when
 * accumulating, {@code c = activation(c + product + bias)}.
 *
 * @param bias one value a column of the result, or an empty array for none
 * @param accumulate whether the product is added to what the output holds
 * @param activation applied last
 */
public record Epilogue(float[] bias, boolean accumulate, Activation activation) {
    private static final float[] NO_BIAS = {};

    /** Stores the bare product. */
    public static final Epilogue STORE = new Epilogue(NO_BIAS, false, Activation.NONE);

    /** Adds the bare product to the output. */
    public static final Epilogue ACCUMULATE = new Epilogue(NO_BIAS, true, Activation.NONE);

    /** Checks that nothing is null. */
    public Epilogue {
        Objects.requireNonNull(bias, "bias");
        Objects.requireNonNull(activation, "activation");
    }

    /** Stores the product plus a bias. */
    public static Epilogue bias(float[] bias) {
        return new Epilogue(bias, false, Activation.NONE);
    }

    /** Whether there is a bias to add. */
    public boolean hasBias() {
        return bias.length > 0;
    }
}
