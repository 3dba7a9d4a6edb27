package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.NormGeometry;
import dev.mezzotint.engine.kernel.NormKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarNorm;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SimdNormTest {
    private static final int OFFSET = 5;

    static Stream<NormGeometry> geometries() {
        return Stream.of(
                new NormGeometry(2, 7, 6, 2, 1e-5f, Activation.NONE),
                new NormGeometry(3, 65, 48, 16, 1e-5f, Activation.SILU),
                new NormGeometry(1, 1, 32, 8, 1e-6f, Activation.QUICK_GELU),
                new NormGeometry(2, 9, 33, 1, 1e-5f, Activation.GELU),
                new NormGeometry(2, 30, 20, 20, 1e-5f, Activation.GELU_TANH),
                new NormGeometry(3, 2100, 36, 9, 1e-5f, Activation.SILU),
                new NormGeometry(2, 40, 1100, 4, 1e-5f, Activation.NONE),
                new NormGeometry(2, 67, 64, 16, 1e-5f, Activation.SILU),
                new NormGeometry(2, 67, 80, 16, 1e-5f, Activation.NONE),
                new NormGeometry(2, 4007, 33, 3, 1e-5f, Activation.SILU),
                new NormGeometry(2, 300, 3, 1, 1e-5f, Activation.RELU),
                new NormGeometry(1, 15, 33, 11, 1e-5f, Activation.GELU_TANH),
                new NormGeometry(1, 17, 100, 4, 1e-5f, Activation.QUICK_GELU),
                NormGeometry.layer(1, 1, 1e-5f),
                NormGeometry.layer(75, 64, 1e-5f),
                NormGeometry.layer(37, 129, 1e-5f),
                NormGeometry.layer(300, 320, 1e-5f),
                NormGeometry.layer(3, 9001, 1e-5f),
                new NormGeometry(19, 1, 70, 1, 1e-5f, Activation.SILU));
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void agreesWithTheScalarTwin(NormGeometry geometry) {
        agree(geometry, 0);
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void keepsItsPrecisionFarFromZero(NormGeometry geometry) {
        agree(geometry, 1000);
    }

    @ParameterizedTest
    @MethodSource("geometries")
    void threadsDoNotChangeABit(NormGeometry geometry) {
        List<float[]> one = results(new SimdNorm(), geometry, 1, 0.5f);
        for (int threads : new int[] {2, 3, 8}) {
            List<float[]> many = results(new SimdNorm(), geometry, threads, 0.5f);
            for (int i = 0; i < one.size(); i++) {
                assertArrayEquals(one.get(i), many.get(i), threads + " threads, result " + i);
            }
        }
    }

    @Test
    void constantInputGivesBeta() {
        NormGeometry geometry = new NormGeometry(1, 50, 8, 2, 1e-5f, Activation.NONE);
        float[] x = new float[400];
        Arrays.fill(x, 3.1f);
        float[] beta = {1, 2, 3, 4, 5, 6, 7, 8};
        float[] y = new float[400];
        try (Workers workers = Workers.of(1)) {
            float[] gamma = {1, 1, 1, 1, 1, 1, 1, 1};
            new SimdNorm().forward(workers, geometry, x, 0, gamma, beta, y, 0, new float[2], new float[2]);
        }
        for (int i = 0; i < y.length; i++) {
            assertEquals(beta[i % 8], y[i], 1e-4, "element " + i);
        }
    }

    private static void agree(NormGeometry geometry, float centre) {
        List<float[]> expected = results(new ScalarNorm(), geometry, 1, centre);
        List<float[]> actual = results(new SimdNorm(), geometry, 2, centre);
        for (int i = 0; i < expected.size(); i++) {
            SimdParity.assertClose(expected.get(i), actual.get(i), 2e-6, "result " + i);
        }
    }

    /** y, mean, rstd, dx, dGamma and dBeta of the same random input, into outputs full of NaN. */
    private static List<float[]> results(NormKernel norm, NormGeometry g, int threads, float centre) {
        Random random = new Random(11);
        int length = g.batch() * g.positions() * g.channels();
        float[] x = SimdParity.random(random, OFFSET + length, centre);
        float[] gamma = SimdParity.random(random, g.channels(), 1);
        float[] beta = SimdParity.random(random, g.channels(), 0);
        float[] dy = SimdParity.random(random, OFFSET + 1 + length, 0);
        float[] y = SimdParity.poisoned(OFFSET + 2 + length);
        float[] mean = SimdParity.poisoned(g.batch() * g.groups());
        float[] rstd = SimdParity.poisoned(g.batch() * g.groups());
        float[] dx = SimdParity.poisoned(OFFSET + 3 + length + 1);
        float[] dGamma = SimdParity.random(random, g.channels(), 0);
        float[] dBeta = SimdParity.random(random, g.channels(), 0);
        try (Workers workers = Workers.of(threads)) {
            norm.forward(workers, g, x, OFFSET, gamma, beta, y, OFFSET + 2, mean, rstd);
            norm.backward(
                    workers, g, x, OFFSET, gamma, beta, mean, rstd, dy, OFFSET + 1, dx, OFFSET + 3, dGamma, dBeta);
        }
        return List.of(y, mean, rstd, dx, dGamma, dBeta);
    }
}
