package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.BinaryOp;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Element-wise loops over ranges, on the calling thread; the result may replace an operand. Whole vectors, then the rest one
 * by one: masks for that cost up to four times as much on rows of 33. A loop for each operation, since C2 does not take a
 * switch out of a loop.
 */
final class ElementwiseLoops {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private ElementwiseLoops() {}

    /** out = a op b. */
    static void binary(
            BinaryOp op, int length, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset) {
        switch (op) {
            case ADD -> add(length, a, aOffset, b, bOffset, out, outOffset);
            case SUBTRACT -> subtract(length, a, aOffset, b, bOffset, out, outOffset);
            case MULTIPLY -> multiply(length, a, aOffset, b, bOffset, out, outOffset);
            case DIVIDE -> divide(length, a, aOffset, b, bOffset, out, outOffset);
        }
    }

    /** out = a op b of one value b. */
    static void binary(BinaryOp op, int length, float[] a, int aOffset, float b, float[] out, int outOffset) {
        switch (op) {
            case ADD -> affine(length, 1, b, a, aOffset, out, outOffset);
            case SUBTRACT -> affine(length, 1, -b, a, aOffset, out, outOffset);
            // Adding −0 changes nothing, not even the sign of a zero.
            case MULTIPLY -> affine(length, b, -0f, a, aOffset, out, outOffset);
            case DIVIDE -> divide(length, a, aOffset, b, out, outOffset);
        }
    }

    private static void add(int length, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset) {
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            load(a, aOffset + i).add(load(b, bOffset + i)).intoArray(out, outOffset + i);
        }
        for (; i < length; i++) {
            out[outOffset + i] = a[aOffset + i] + b[bOffset + i];
        }
    }

    /** y += x. */
    static void addTo(int length, float[] x, int xOffset, float[] y, int yOffset) {
        add(length, y, yOffset, x, xOffset, y, yOffset);
    }

    private static void multiply(
            int length, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset) {
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            load(a, aOffset + i).mul(load(b, bOffset + i)).intoArray(out, outOffset + i);
        }
        for (; i < length; i++) {
            out[outOffset + i] = a[aOffset + i] * b[bOffset + i];
        }
    }

    private static void subtract(
            int length, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset) {
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            load(a, aOffset + i).sub(load(b, bOffset + i)).intoArray(out, outOffset + i);
        }
        for (; i < length; i++) {
            out[outOffset + i] = a[aOffset + i] - b[bOffset + i];
        }
    }

    private static void divide(int length, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset) {
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            load(a, aOffset + i).div(load(b, bOffset + i)).intoArray(out, outOffset + i);
        }
        for (; i < length; i++) {
            out[outOffset + i] = a[aOffset + i] / b[bOffset + i];
        }
    }

    private static void divide(int length, float[] a, int aOffset, float b, float[] out, int outOffset) {
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            load(a, aOffset + i).div(b).intoArray(out, outOffset + i);
        }
        for (; i < length; i++) {
            out[outOffset + i] = a[aOffset + i] / b;
        }
    }

    /** out = scale · a + shift. */
    static void affine(int length, float scale, float shift, float[] a, int aOffset, float[] out, int outOffset) {
        FloatVector scales = FloatVector.broadcast(SPECIES, scale);
        FloatVector shifts = FloatVector.broadcast(SPECIES, shift);
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            load(a, aOffset + i).fma(scales, shifts).intoArray(out, outOffset + i);
        }
        for (; i < length; i++) {
            out[outOffset + i] = Math.fma(scale, a[aOffset + i], shift);
        }
    }

    /** y += factor · x. */
    static void addScaled(int length, float factor, float[] x, int xOffset, float[] y, int yOffset) {
        FloatVector factors = FloatVector.broadcast(SPECIES, factor);
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            load(x, xOffset + i).fma(factors, load(y, yOffset + i)).intoArray(y, yOffset + i);
        }
        for (; i < length; i++) {
            y[yOffset + i] = Math.fma(factor, x[xOffset + i], y[yOffset + i]);
        }
    }

    private static FloatVector load(float[] a, int offset) {
        return FloatVector.fromArray(SPECIES, a, offset);
    }
}
