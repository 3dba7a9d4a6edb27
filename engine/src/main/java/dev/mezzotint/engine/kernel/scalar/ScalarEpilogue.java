package dev.mezzotint.engine.kernel.scalar;

import dev.mezzotint.engine.kernel.Epilogue;

/** What an {@link Epilogue} means for one value. */
final class ScalarEpilogue {
    private ScalarEpilogue() {}

    /** The value to store: activation(product + bias), plus what it is added to when accumulating. */
    static float apply(Epilogue epilogue, double product, int column, float previous) {
        double value = product;
        if (epilogue.hasBias()) {
            value += epilogue.bias()[column];
        }
        if (epilogue.accumulate()) {
            value += previous;
        }
        return (float) ScalarMath.activate(epilogue.activation(), value);
    }
}
