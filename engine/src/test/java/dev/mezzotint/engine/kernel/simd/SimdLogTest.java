package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SimdLogTest {
    @Test
    void allMagnitudes() {
        int length = 4096 * TileProduct.LANES;
        float[] x = new float[length];
        for (int i = 0; i < length; i++) {
            x[i] = (float) Math.pow(2, -126 + 253.0 * i / length);
        }
        float[] logs = x.clone();
        SimdLog.logarithms(length, logs);
        for (int i = 0; i < length; i++) {
            double expected = Math.log(x[i]);
            assertEquals(expected, logs[i], 2e-7 * Math.max(1, Math.abs(expected)), "log " + x[i]);
        }
    }

    @Test
    void noNumbers() {
        float[] x = new float[TileProduct.LANES];
        x[0] = Float.NaN;
        x[1] = Float.POSITIVE_INFINITY;
        x[2] = 1f;
        SimdLog.logarithms(x.length, x);
        assertTrue(Float.isNaN(x[0]) && Float.isNaN(x[1]));
        assertEquals(0f, x[2]);
    }
}
