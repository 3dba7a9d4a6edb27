package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.mezzotint.engine.kernel.ResampleKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarResample;
import dev.mezzotint.engine.parallel.Workers;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimdResampleTest {
    @Test
    void enlargesAndPoolsByHand() {
        float[] x = {1, 2, 3, 4};
        float[] y = new float[16];
        float[] back = new float[4];
        try (Workers workers = Workers.of(1)) {
            new SimdResample().upsample(workers, 1, 2, 2, 1, 2, x, 0, y, 0);
            new SimdResample().sumPool(workers, 1, 2, 2, 1, 2, 0.25f, y, 0, back, 0);
        }
        assertArrayEquals(new float[] {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4}, y);
        assertArrayEquals(x, back);
    }

    @ParameterizedTest
    @CsvSource({"1,1,1,1,1", "2,3,5,7,2", "2,16,8,40,2", "1,3,2,33,3", "3,32,32,16,2"})
    void agreesWithTheScalarTwin(int batch, int height, int width, int channels, int factor) {
        int small = batch * height * width * channels;
        List<float[]> expected = resampled(new ScalarResample(), batch, height, width, channels, factor, small, 1);
        for (int threads : new int[] {1, 2, 3, 8}) {
            List<float[]> actual =
                    resampled(new SimdResample(), batch, height, width, channels, factor, small, threads);
            assertArrayEquals(expected.get(0), actual.get(0));
            SimdParity.assertClose(expected.get(1), actual.get(1), 3e-7, "pooled");
        }
    }

    @ParameterizedTest
    @CsvSource({"5,3", "77,130", "900,64"})
    void movesRowsLikeTheScalarTwin(int rows, int width) {
        Random random = new Random(6);
        int[] indices = random.ints(rows, 0, 20).toArray();
        float[] table = SimdParity.random(random, 20 * width + 2, 0);
        float[] gradient = SimdParity.random(random, rows * width + 1, 0);
        float[] expected = SimdParity.poisoned(rows * width + 3);
        float[] expectedTable = table.clone();
        try (Workers workers = Workers.of(1)) {
            new ScalarResample().gather(workers, indices, width, table, 2, expected, 3);
            new ScalarResample().scatterAdd(workers, indices, width, gradient, 1, expectedTable, 2);
        }
        for (int threads : new int[] {1, 3}) {
            float[] actual = SimdParity.poisoned(rows * width + 3);
            float[] actualTable = table.clone();
            try (Workers workers = Workers.of(threads)) {
                new SimdResample().gather(workers, indices, width, table, 2, actual, 3);
                new SimdResample().scatterAdd(workers, indices, width, gradient, 1, actualTable, 2);
            }
            assertArrayEquals(expected, actual);
            assertArrayEquals(expectedTable, actualTable);
        }
    }

    private static List<float[]> resampled(
            ResampleKernel kernel, int batch, int height, int width, int channels, int factor, int small, int threads) {
        Random random = new Random(small);
        int large = small * factor * factor;
        float[] enlarged = SimdParity.poisoned(large + 3);
        float[] pooled = SimdParity.poisoned(small + 2);
        try (Workers workers = Workers.of(threads)) {
            kernel.upsample(
                    workers,
                    batch,
                    height,
                    width,
                    channels,
                    factor,
                    SimdParity.random(random, small + 1, 0),
                    1,
                    enlarged,
                    2);
            kernel.sumPool(
                    workers,
                    batch,
                    height,
                    width,
                    channels,
                    factor,
                    0.3f,
                    SimdParity.random(random, large + 1, 0),
                    1,
                    pooled,
                    2);
        }
        return List.of(enlarged, pooled);
    }
}
