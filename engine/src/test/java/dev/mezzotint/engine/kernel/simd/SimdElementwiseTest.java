package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.engine.kernel.BinaryOp;
import dev.mezzotint.engine.kernel.BroadcastGeometry;
import dev.mezzotint.engine.kernel.ElementwiseKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarElementwise;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SimdElementwiseTest {
    private final SimdElementwise simd = new SimdElementwise();
    private final ScalarElementwise scalar = new ScalarElementwise();

    static Stream<BroadcastGeometry> geometries() {
        return Stream.of(
                new BroadcastGeometry(1, 1, 1, 0, 0, 0),
                new BroadcastGeometry(3, 5, 7, 0, 0, 1),
                new BroadcastGeometry(2, 900, 33, 0, 0, 1),
                new BroadcastGeometry(1, 9000, 3, 0, 0, 1),
                new BroadcastGeometry(3, 700, 64, 64, 0, 1),
                new BroadcastGeometry(2, 30, 600, 601, 0, 1),
                new BroadcastGeometry(4, 3, 50, 1, 0, 0),
                new BroadcastGeometry(2, 200, 300, 3, 0, 0),
                new BroadcastGeometry(2, 200, 300, 0, 0, 0),
                new BroadcastGeometry(5, 77, 24, 0, 24, 1),
                new BroadcastGeometry(2, 77, 24, 0, 30, 1),
                new BroadcastGeometry(3, 7, 20, 7, 1, 0),
                new BroadcastGeometry(3, 7, 20, 0, 1, 0),
                new BroadcastGeometry(3, 4, 17, 2, 1, 1),
                new BroadcastGeometry(2, 3, 4, 12, 4, 1));
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void stretchingAgreesWithTheScalarTwin(BroadcastGeometry geometry) {
        for (BinaryOp op : BinaryOp.values()) {
            assertArrayEquals(stretched(scalar, op, geometry, 1), stretched(simd, op, geometry, 1), op + "");
            assertArrayEquals(stretched(scalar, op, geometry, 1), stretched(simd, op, geometry, 3), op + "");
        }
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void reducingAgreesWithTheScalarTwin(BroadcastGeometry geometry) {
        float[] one = reduced(simd, geometry, 1);
        SimdParity.assertClose(reduced(scalar, geometry, 1), one, 2e-7, "b");
        for (int threads : new int[] {2, 3, 8}) {
            assertArrayEquals(one, reduced(simd, geometry, threads), threads + " threads");
        }
    }

    @ParameterizedTest
    @EnumSource
    void binaryAgreesWithTheScalarTwin(BinaryOp op) {
        for (int length : new int[] {1, 15, 16, 33, 50_001}) {
            float[] a = SimdParity.random(new Random(1), length + 2, 0);
            float[] b = SimdParity.random(new Random(2), length + 1, 0);
            float[] expected = SimdParity.poisoned(length + 4);
            float[] actual = SimdParity.poisoned(length + 4);
            try (Workers workers = Workers.of(2)) {
                scalar.binary(workers, op, length, a, 2, b, 1, expected, 3);
                simd.binary(workers, op, length, a, 2, b, 1, actual, 3);
                assertArrayEquals(expected, actual);
                simd.binary(workers, op, length, a, 2, b, 1, b, 1);
            }
            for (int i = 0; i < length; i++) {
                assertEquals(expected[3 + i], b[1 + i], "in place, element " + i);
            }
        }
    }

    @Test
    void affineAxpyAndCopiesAgreeWithTheScalarTwin() {
        for (int length : new int[] {1, 17, 40_003}) {
            float[] x = SimdParity.random(new Random(1), length + 1, 0);
            float[] start = SimdParity.random(new Random(2), length + 2, 0);
            float[][] results = new float[2][];
            float[][] sums = new float[2][];
            try (Workers workers = Workers.of(2)) {
                for (int k = 0; k < 2; k++) {
                    ElementwiseKernel kernel = k == 0 ? scalar : simd;
                    results[k] = SimdParity.poisoned(length + 2);
                    kernel.affine(workers, length, 1.7f, -0.3f, x, 1, results[k], 2);
                    sums[k] = start.clone();
                    kernel.axpy(workers, length, -0.7f, x, 1, sums[k], 2);
                }
            }
            SimdParity.assertClose(results[0], results[1], 2e-7, "affine");
            SimdParity.assertClose(sums[0], sums[1], 2e-7, "axpy");
        }
    }

    @Test
    void copiesRowsAndLeavesTheGapsAlone() {
        int rows = 300;
        for (int width : new int[] {1, 19, 130}) {
            float[] source = SimdParity.random(new Random(1), rows * (width + 2) + 1, 0);
            for (boolean accumulate : new boolean[] {false, true}) {
                float[] expected = SimdParity.random(new Random(2), rows * (width + 5) + 2, 0);
                float[] actual = expected.clone();
                try (Workers workers = Workers.of(3)) {
                    scalar.copyRows(workers, rows, width, source, 1, width + 2, expected, 2, width + 5, accumulate);
                    simd.copyRows(workers, rows, width, source, 1, width + 2, actual, 2, width + 5, accumulate);
                }
                assertArrayEquals(expected, actual);
            }
        }
    }

    @Test
    void sumAndDotAreDoublePreciseForAnyThreads() {
        for (int length : new int[] {1, 31, 33, 32_768, 100_007}) {
            float[] a = SimdParity.random(new Random(1), length + 3, 100);
            float[] b = SimdParity.random(new Random(2), length + 1, 0);
            try (Workers one = Workers.of(1);
                    Workers many = Workers.of(3)) {
                double sum = simd.sum(one, length, a, 3);
                double dot = simd.dot(one, length, a, 3, b, 1);
                assertEquals(scalar.sum(one, length, a, 3), sum, 1e-13 * Math.abs(sum));
                assertEquals(scalar.dot(one, length, a, 3, b, 1), dot, 1e-10 * Math.sqrt(length));
                assertEquals(sum, simd.sum(many, length, a, 3));
                assertEquals(dot, simd.dot(many, length, a, 3, b, 1));
            }
        }
    }

    private static float[] stretched(ElementwiseKernel kernel, BinaryOp op, BroadcastGeometry g, int threads) {
        float[] a = SimdParity.random(new Random(3), g.length() + 1, 0);
        float[] b = SimdParity.random(new Random(4), extent(g) + 2, 0);
        float[] out = SimdParity.poisoned(g.length() + 5);
        try (Workers workers = Workers.of(threads)) {
            kernel.broadcast(workers, op, g, a, 1, b, 2, out, 3);
        }
        return out;
    }

    private static float[] reduced(ElementwiseKernel kernel, BroadcastGeometry g, int threads) {
        float[] a = SimdParity.random(new Random(3), g.length() + 1, 0);
        float[] b = SimdParity.random(new Random(4), extent(g) + 4, 0);
        try (Workers workers = Workers.of(threads)) {
            kernel.reduce(workers, g, a, 1, b, 2);
        }
        return b;
    }

    private static int extent(BroadcastGeometry g) {
        return (g.outer() - 1) * g.outerStride()
                + (g.middle() - 1) * g.middleStride()
                + (g.inner() - 1) * g.innerStride()
                + 1;
    }
}
