package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.kernel.AttentionCase;
import dev.mezzotint.engine.kernel.AttentionGeometry;
import dev.mezzotint.engine.kernel.scalar.ScalarAttention;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SimdAttentionTest {
    private static final Workers ONE = Workers.of(1);

    @ParameterizedTest(name = "batch {0} heads {1} queries {2} keys {3} width {4} causal {5}")
    @CsvSource({
        "1, 1, 1, 1, 1, false",
        "1, 1, 1, 1, 1, true",
        "2, 3, 5, 1, 3, false",
        "1, 2, 1, 5, 8, false",
        "2, 2, 77, 77, 32, true",
        "2, 2, 65, 65, 16, true",
        "1, 3, 65, 65, 17, false",
        "1, 2, 130, 130, 40, true",
        "1, 2, 130, 77, 40, false",
        "2, 4, 64, 77, 16, false",
        "1, 4, 256, 256, 32, false",
        "1, 1, 300, 300, 8, true",
        "1, 2, 16, 130, 64, false",
        "1, 2, 17, 130, 80, false",
        "1, 1, 33, 129, 1, false",
        "1, 1, 70, 130, 512, false",
        "1, 1, 3, 5, 512, false",
        "3, 1, 49, 12, 24, false",
        "1, 3, 150, 257, 50, false",
        "5, 3, 700, 77, 18, false",
        "1, 2, 97, 97, 3, true",
        "2, 3, 77, 77, 16, true",
        "1, 2, 100, 77, 16, false",
        "1, 1, 5, 5, 16, true",
    })
    void agreesWithTheScalarTwin(int batch, int heads, int queries, int keys, int width, boolean causal) {
        AttentionGeometry geometry =
                new AttentionGeometry(batch, heads, queries, keys, width, (float) (1 / Math.sqrt(width)), causal);
        AttentionCase expected = new AttentionCase(geometry, 1, 7).run(new ScalarAttention(), ONE);
        AttentionCase actual = new AttentionCase(geometry, 1, 7).run(new SimdAttention(), ONE);
        assertClose("logSumExp", expected.logSumExp, actual.logSumExp, 2e-6);
        assertSame("out", expected.out, actual.out, 3e-6);
        assertSame("dq", expected.dq, actual.dq, 1e-5);
        assertSame("dk", expected.dk, actual.dk, 1e-5);
        assertSame("dv", expected.dv, actual.dv, 1e-5);
        assertArrayEquals(actual.out, actual.inferenceOnly(new SimdAttention(), ONE));
    }

    @ParameterizedTest(name = "spread {0} scale {1} causal {2}")
    @CsvSource({"50, 1, false", "50, -1, false", "50, 1, true", "4, 1, false", "4, 1, true", "1e-6, 1, false"})
    void extremeScoresStayFinite(float spread, float scale, boolean causal) {
        AttentionGeometry geometry = new AttentionGeometry(1, 2, 90, 90, 16, scale, causal);
        AttentionCase expected = new AttentionCase(geometry, spread, 3).run(new ScalarAttention(), ONE);
        AttentionCase actual = new AttentionCase(geometry, spread, 3).run(new SimdAttention(), ONE);
        // Scores near ±1e4 have a spacing of 1e-3, and so have the exponents.
        double tolerance = spread > 10 ? 3e-2 : spread > 1 ? 1e-4 : 1e-5;
        assertSame("out", expected.out, actual.out, tolerance);
        assertSame("dv", expected.dv, actual.dv, tolerance);
        // Where one key takes all, dq and dk are differences of equals: compare them with the size of their terms.
        assertWithin("dq", expected.dq, actual.dq, tolerance * spread * 4);
        assertWithin("dk", expected.dk, actual.dk, tolerance * spread * 4);
    }

    @ParameterizedTest(name = "all scores {0}")
    @CsvSource({"-1e4", "1e4", "-1e30", "0"})
    void equalScoresGiveTheMeanOfTheValues(float score) {
        AttentionGeometry geometry = new AttentionGeometry(1, 1, 20, 150, 1, score, false);
        AttentionCase ones = new AttentionCase(geometry, 1, 5);
        Arrays.fill(ones.q, 1f);
        Arrays.fill(ones.k, 1f);
        double mean = 0;
        for (float value : AttentionCase.inner(ones.v)) {
            mean += value / 150.0;
        }
        for (float value : AttentionCase.inner(ones.inferenceOnly(new SimdAttention(), ONE))) {
            assertTrue(Math.abs(value - mean) < 1e-6, value + " is not the mean " + mean);
        }
    }

    @ParameterizedTest(name = "scores from {0} to {1} causal {2}")
    @CsvSource({
        "-200, -200, false",
        "-200, 0, false",
        "-120, 120, false",
        "-120, 120, true",
        "120, -120, false",
        "120, -120, true",
        "0, 90, false",
        "0, 400, true",
        "40, 50, false",
        "-30, -10, true",
    })
    void scoresMayWanderFromBlockToBlock(float from, float to, boolean causal) {
        AttentionGeometry geometry = new AttentionGeometry(1, 1, 300, 300, 1, 1f, causal);
        AttentionCase expected = new AttentionCase(geometry, 0.1f, 9);
        Arrays.fill(expected.q, 1f);
        for (int key = 0; key < expected.k.length; key++) {
            expected.k[key] += from + (to - from) * key / expected.k.length;
        }
        AttentionCase actual = new AttentionCase(geometry, 0.1f, 9);
        System.arraycopy(expected.q, 0, actual.q, 0, actual.q.length);
        System.arraycopy(expected.k, 0, actual.k, 0, actual.k.length);
        expected.run(new ScalarAttention(), ONE);
        actual.run(new SimdAttention(), ONE);
        assertSame("out", expected.out, actual.out, 3e-5);
        assertClose("logSumExp", expected.logSumExp, actual.logSumExp, 2e-6);
        assertWithin("dv", expected.dv, actual.dv, 1e-3);
    }

    @Test
    void everyNumberOfThreadsGivesTheSameBits() {
        AttentionGeometry geometry = new AttentionGeometry(3, 2, 150, 77, 24, 0.2f, false);
        AttentionCase one = new AttentionCase(geometry, 1, 11).run(new SimdAttention(), ONE);
        for (int threads : new int[] {2, 3, 8}) {
            try (Workers workers = Workers.of(threads)) {
                AttentionCase many = new AttentionCase(geometry, 1, 11).run(new SimdAttention(), workers);
                assertArrayEquals(one.out, many.out);
                assertArrayEquals(one.logSumExp, many.logSumExp);
                assertArrayEquals(one.dq, many.dq);
                assertArrayEquals(one.dk, many.dk);
                assertArrayEquals(one.dv, many.dv);
            }
        }
    }

    @ParameterizedTest(name = "width {0} causal {1}")
    @CsvSource({"16, true", "19, true", "16, false", "19, false", "32, false"})
    void whatALargerProblemLeavesBehindDoesNoHarm(int width, boolean causal) {
        int length = causal ? 21 : 150;
        AttentionGeometry poison = new AttentionGeometry(1, 1, 200, 200, 96, Float.NaN, false);
        AttentionGeometry geometry = new AttentionGeometry(1, 2, length, length, width, 0.3f, causal);
        AttentionCase fresh = new AttentionCase(geometry, 1, 2).run(new ScalarAttention(), ONE);
        new AttentionCase(poison, 1, 1).run(new SimdAttention(), ONE);
        AttentionCase after = new AttentionCase(geometry, 1, 2).run(new SimdAttention(), ONE);
        assertSame("out", fresh.out, after.out, 3e-6);
        assertSame("dq", fresh.dq, after.dq, 1e-5);
        assertSame("dk", fresh.dk, after.dk, 1e-5);
        assertSame("dv", fresh.dv, after.dv, 1e-5);
    }

    private static void assertSame(String name, float[] expected, float[] actual, double tolerance) {
        assertClose(name, AttentionCase.inner(expected), AttentionCase.inner(actual), tolerance);
        for (float margin : AttentionCase.margins(actual)) {
            assertTrue(Float.isNaN(margin), name + ": written outside its range");
        }
    }

    private static void assertWithin(String name, float[] expected, float[] actual, double tolerance) {
        assertArrayEquals(AttentionCase.inner(expected), AttentionCase.inner(actual), (float) tolerance, name);
    }

    private static void assertClose(String name, float[] expected, float[] actual, double tolerance) {
        // Gradients that would be 0 but for rounding are differences of terms of about 1.
        double largest = 0.1;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(expected[i] - actual[i]);
            assertTrue(
                    error <= tolerance * largest,
                    name + "[" + i + "]: expected " + expected[i] + ", got " + actual[i] + ", largest " + largest);
        }
    }
}
