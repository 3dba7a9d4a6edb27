package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;

/** What the tests of the vector kernels against their scalar twins share. */
final class SimdParity {
    private SimdParity() {}

    static float[] random(Random random, int length, float centre) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = centre + (float) random.nextGaussian();
        }
        return values;
    }

    /** An output that holds NaN wherever the kernel does not write. */
    static float[] poisoned(int length) {
        float[] values = new float[length];
        Arrays.fill(values, Float.NaN);
        return values;
    }

    /** Compares relative to the largest expected value; NaN must meet NaN. */
    static void assertClose(float[] expected, float[] actual, double tolerance, String what) {
        assertEquals(expected.length, actual.length, what);
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Float.isNaN(value) ? 0 : Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], Math.max(1e-30, tolerance * largest), what + ", element " + i);
        }
    }
}
