package dev.mezzotint.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.kernel.scalar.ScalarSoftmax;
import dev.mezzotint.engine.kernel.simd.SimdSoftmax;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SoftmaxKernelTest {
    private static final int OFFSET = 5;

    static Stream<SoftmaxKernel> kernels() {
        return Stream.of(new ScalarSoftmax(), new SimdSoftmax());
    }

    static Stream<Arguments> kernelsAndShapes() {
        int[][] shapes = {{1, 1}, {3, 2}, {7, 15}, {2, 16}, {5, 17}, {64, 64}, {9, 130}, {3, 77}, {2, 5000}, {40_000, 1}
        };
        return kernels().flatMap(kernel -> Arrays.stream(shapes).map(s -> Arguments.of(kernel, s[0], s[1])));
    }

    @ParameterizedTest
    @MethodSource("kernelsAndShapes")
    void forwardIsTheFormula(SoftmaxKernel kernel, int rows, int width) {
        float[] x = normal(rows * width, 4);
        float[] y = nan(rows * width);
        kernel.forward(Workers.of(1), rows, width, x, OFFSET, y, OFFSET);
        for (int row = 0; row < rows; row++) {
            double[] expected = softmax(x, row, width);
            for (int i = 0; i < width; i++) {
                // x − max is rounded to float, up to 1e-6 of it here.
                assertEquals(expected[i], y[OFFSET + row * width + i], 3e-6 * expected[i] + 1e-30);
            }
        }
        assertMarginsUntouched(y);
        kernel.forward(Workers.of(1), rows, width, x, OFFSET, x, OFFSET);
        assertArrayEquals(inner(y), inner(x), "in place");
    }

    @ParameterizedTest
    @MethodSource("kernelsAndShapes")
    void backwardIsTheFormula(SoftmaxKernel kernel, int rows, int width) {
        float[] y = normal(rows * width, 1);
        float[] dy = normal(rows * width, 2);
        float[] dx = nan(rows * width);
        kernel.backward(Workers.of(1), rows, width, y, OFFSET, dy, OFFSET, dx, OFFSET);
        for (int row = 0; row < rows; row++) {
            int at = OFFSET + row * width;
            double dot = 0;
            double size = 0;
            for (int i = 0; i < width; i++) {
                dot += (double) y[at + i] * dy[at + i];
                size += Math.abs((double) y[at + i] * dy[at + i]);
            }
            for (int i = 0; i < width; i++) {
                double expected = y[at + i] * (dy[at + i] - dot);
                assertEquals(expected, dx[at + i], 1e-6 * Math.abs(y[at + i]) * (size + 10));
            }
        }
        assertMarginsUntouched(dx);
    }

    @ParameterizedTest
    @MethodSource("kernelsAndShapes")
    void crossEntropyIsTheFormula(SoftmaxKernel kernel, int rows, int width) {
        float[] x = normal(rows * width, 3);
        int[] targets = new int[rows];
        for (int row = 0; row < rows; row++) {
            targets[row] = row % 4 == 3 ? -1 : row * 7 % width;
        }
        float[] losses = new float[rows];
        Arrays.fill(losses, Float.NaN);
        float[] dx = nan(rows * width);
        kernel.crossEntropy(Workers.of(1), rows, width, x, OFFSET, targets, losses, dx, OFFSET);
        for (int row = 0; row < rows; row++) {
            double[] p = softmax(x, row, width);
            boolean ignored = targets[row] == -1;
            assertEquals(ignored ? 0 : -Math.log(p[targets[row]]), losses[row], 2e-6 * (1 + Math.abs(losses[row])));
            for (int i = 0; i < width; i++) {
                double expected = ignored ? 0 : p[i] - (i == targets[row] ? 1 : 0);
                assertEquals(expected, dx[OFFSET + row * width + i], 1e-6);
            }
        }
        assertMarginsUntouched(dx);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void extremeScoresStayFinite(SoftmaxKernel kernel) {
        float[] x = {1e4f, -1e4f, 9999f, -1e30f, -1e30f, -1e30f, -1e4f, Float.NEGATIVE_INFINITY, -1e4f};
        float[] y = new float[9];
        kernel.forward(Workers.of(1), 3, 3, x, 0, y, 0);
        float e = (float) (1 / (1 + Math.exp(-1)));
        assertArrayEquals(new float[] {e, 0, 1 - e, 1 / 3f, 1 / 3f, 1 / 3f, 0.5f, 0, 0.5f}, y, 1e-6f);
        float[] losses = new float[3];
        kernel.crossEntropy(Workers.of(1), 3, 3, x, 0, new int[] {1, 0, 2}, losses, y, 0);
        assertArrayEquals(new float[] {20000.313f, 1.0986123f, 0.6931472f}, losses, 2e-3f);
        assertEquals(-1f, y[1]);
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void targetsOutOfRangeAreRefused(SoftmaxKernel kernel) {
        for (int target : new int[] {-2, 3}) {
            IllegalArgumentException refusal = assertThrows(
                    IllegalArgumentException.class,
                    () -> kernel.crossEntropy(
                            Workers.of(1), 1, 3, new float[3], 0, new int[] {target}, new float[1], new float[3], 0));
            assertTrue(refusal.getMessage().contains("target of row 0 is " + target), refusal.getMessage());
        }
    }

    @ParameterizedTest
    @MethodSource("kernels")
    void everyNumberOfThreadsGivesTheSameBits(SoftmaxKernel kernel) {
        int rows = 999;
        int width = 33;
        float[] x = normal(rows * width, 1);
        float[] one = nan(rows * width);
        kernel.forward(Workers.of(1), rows, width, x, OFFSET, one, OFFSET);
        for (int threads : new int[] {2, 3, 8}) {
            try (Workers workers = Workers.of(threads)) {
                float[] many = nan(rows * width);
                kernel.forward(workers, rows, width, x, OFFSET, many, OFFSET);
                assertArrayEquals(one, many);
            }
        }
    }

    private static double[] softmax(float[] x, int row, int width) {
        double[] p = new double[width];
        double max = Double.NEGATIVE_INFINITY;
        double sum = 0;
        for (int i = 0; i < width; i++) {
            max = Math.max(max, x[OFFSET + row * width + i]);
        }
        for (int i = 0; i < width; i++) {
            p[i] = Math.exp(x[OFFSET + row * width + i] - max);
            sum += p[i];
        }
        for (int i = 0; i < width; i++) {
            p[i] /= sum;
        }
        return p;
    }

    private static float[] normal(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length + 2 * OFFSET];
        for (int i = 0; i < values.length; i++) {
            values[i] = 3 * (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] nan(int length) {
        float[] values = new float[length + 2 * OFFSET];
        Arrays.fill(values, Float.NaN);
        return values;
    }

    private static float[] inner(float[] array) {
        return Arrays.copyOfRange(array, OFFSET, array.length - OFFSET);
    }

    private static void assertMarginsUntouched(float[] array) {
        for (int i = 0; i < OFFSET; i++) {
            assertTrue(Float.isNaN(array[i]) && Float.isNaN(array[array.length - 1 - i]));
        }
    }
}
