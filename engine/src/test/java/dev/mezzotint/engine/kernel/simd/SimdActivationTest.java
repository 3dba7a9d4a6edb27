package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.ActivationKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarActivation;
import dev.mezzotint.engine.kernel.scalar.ScalarMath;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SimdActivationTest {
    private final SimdActivation simd = new SimdActivation();

    @ParameterizedTest
    @EnumSource
    void agreesWithTheScalarTwin(Activation activation) {
        for (int length : new int[] {1, 7, 16, 31, 300, 40_001}) {
            List<float[]> expected = results(new ScalarActivation(), activation, length, 1);
            List<float[]> actual = results(simd, activation, length, 2);
            SimdParity.assertClose(expected.get(0), actual.get(0), 5e-7, "y of " + length);
            SimdParity.assertClose(expected.get(1), actual.get(1), 3e-6, "dx of " + length);
        }
    }

    @ParameterizedTest
    @EnumSource
    void isPreciseValueForValue(Activation activation) {
        float[] x = new float[2001];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - 1000) / 200f;
        }
        float[] y = new float[x.length];
        try (Workers workers = Workers.of(1)) {
            simd.forward(workers, activation, x.length, x, 0, y, 0);
        }
        for (int i = 0; i < x.length; i++) {
            double expected = ScalarMath.activate(activation, x[i]);
            // The exponent is rounded in proportion to its size, which is of the order of x².
            double relative = 3e-7 * (2 + x[i] * x[i]);
            assertEquals(expected, y[i], relative * Math.abs(expected), "at " + x[i]);
        }
    }

    @ParameterizedTest
    @EnumSource
    void survivesLargeValuesAndKeepsNaN(Activation activation) {
        float[] x = {-1e4f, -200, 0, 200, 1e4f, Float.NaN};
        float[] y = new float[6];
        float[] dx = new float[6];
        try (Workers workers = Workers.of(1)) {
            simd.forward(workers, activation, 6, x, 0, y, 0);
            simd.backward(workers, activation, 6, x, 0, new float[] {1, 1, 1, 1, 1, 1}, 0, dx, 0);
        }
        boolean linear = activation == Activation.NONE;
        assertArrayEquals(new float[] {linear ? -1e4f : 0, linear ? -200 : 0, 0, 200, 1e4f, Float.NaN}, y, 1e-30f);
        boolean relu = activation == Activation.RELU;
        float atZero = linear ? 1 : relu ? 0 : 0.5f;
        assertArrayEquals(new float[] {linear ? 1 : 0, linear ? 1 : 0, atZero, 1, 1}, head(dx), 1e-6f);
        assertEquals(linear || relu, !Float.isNaN(dx[5]));
    }

    @ParameterizedTest
    @EnumSource
    void hugeValuesOverflowNowhere(Activation activation) {
        float[] x = {-1e30f, -1e6f, 1e6f, 1e30f, Float.POSITIVE_INFINITY};
        float[] y = new float[5];
        try (Workers workers = Workers.of(1)) {
            simd.forward(workers, activation, 5, x, 0, y, 0);
        }
        boolean linear = activation == Activation.NONE;
        assertArrayEquals(new float[] {linear ? -1e30f : 0, linear ? -1e6f : 0}, Arrays.copyOf(y, 2), 1e-7f);
        assertArrayEquals(Arrays.copyOfRange(x, 2, 5), Arrays.copyOfRange(y, 2, 5));
    }

    @ParameterizedTest
    @EnumSource
    void outputsMayReplaceInputs(Activation activation) {
        Random random = new Random(2);
        float[] x = SimdParity.random(random, 45, 0);
        float[] dy = SimdParity.random(random, 45, 0);
        float[] y = new float[45];
        float[] dx = new float[45];
        try (Workers workers = Workers.of(1)) {
            simd.backward(workers, activation, 45, x, 0, dy, 0, dx, 0);
            simd.backward(workers, activation, 45, x, 0, dy, 0, dy, 0);
            simd.forward(workers, activation, 45, x, 0, y, 0);
            simd.forward(workers, activation, 45, x, 0, x, 0);
        }
        assertArrayEquals(dx, dy);
        assertArrayEquals(y, x);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 15, 16, 129, 600})
    void gegluAgreesWithTheScalarTwin(int width) {
        List<float[]> expected = geglu(new ScalarActivation(), 41, width, 1);
        List<float[]> actual = geglu(simd, 41, width, 3);
        SimdParity.assertClose(expected.get(0), actual.get(0), 1e-6, "y");
        SimdParity.assertClose(expected.get(1), actual.get(1), 1e-6, "dx");
        SimdParity.assertClose(expected.get(2), actual.get(2), 1e-6, "y again");
    }

    @Test
    void threadsDoNotChangeABit() {
        for (int threads : new int[] {2, 3, 8}) {
            for (int i = 0; i < 2; i++) {
                assertArrayEquals(
                        results(simd, Activation.SILU, 70_003, 1).get(i),
                        results(simd, Activation.SILU, 70_003, threads).get(i));
                assertArrayEquals(
                        geglu(simd, 300, 129, 1).get(i),
                        geglu(simd, 300, 129, threads).get(i));
            }
        }
    }

    @Test
    void gegluGradientMatchesDifferences() {
        Random random = new Random(8);
        float[] x = SimdParity.random(random, 20, 0);
        float[] dx = SimdParity.poisoned(20);
        float[] y = new float[10];
        float[] ones = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
        try (Workers workers = Workers.of(1)) {
            simd.gegluBackward(workers, 2, 5, x, 0, ones, 0, dx, 0, y, 0);
            for (int i = 0; i < x.length; i++) {
                float value = x[i];
                double[] sums = new double[2];
                for (int side = 0; side < 2; side++) {
                    x[i] = value + (side == 0 ? 1 : -1) / 256f;
                    simd.geglu(workers, 2, 5, x, 0, y, 0);
                    for (float output : y) {
                        sums[side] += output;
                    }
                }
                x[i] = value;
                assertEquals((sums[0] - sums[1]) * 128, dx[i], 1e-3, "element " + i);
            }
        }
    }

    private static float[] head(float[] values) {
        return Arrays.copyOf(values, 5);
    }

    private static List<float[]> results(ActivationKernel kernel, Activation activation, int length, int threads) {
        Random random = new Random(length);
        float[] x = SimdParity.random(random, length + 3, 0);
        for (int i = 0; i < x.length; i++) {
            x[i] *= 3;
        }
        float[] dy = SimdParity.random(random, length + 1, 0);
        float[] y = SimdParity.poisoned(length + 4);
        float[] dx = SimdParity.poisoned(length + 5);
        try (Workers workers = Workers.of(threads)) {
            kernel.forward(workers, activation, length, x, 3, y, 2);
            kernel.backward(workers, activation, length, x, 3, dy, 1, dx, 4);
        }
        return List.of(y, dx);
    }

    private static List<float[]> geglu(ActivationKernel kernel, int rows, int width, int threads) {
        Random random = new Random(width);
        float[] x = SimdParity.random(random, 2 * rows * width + 3, 0);
        float[] dy = SimdParity.random(random, rows * width + 1, 0);
        float[] y = SimdParity.poisoned(rows * width + 4);
        float[] dx = SimdParity.poisoned(2 * rows * width + 5);
        float[] again = SimdParity.poisoned(rows * width + 1);
        try (Workers workers = Workers.of(threads)) {
            kernel.geglu(workers, rows, width, x, 3, y, 2);
            kernel.gegluBackward(workers, rows, width, x, 3, dy, 1, dx, 4, again, 1);
        }
        return List.of(y, dx, again);
    }
}
