package dev.mezzotint.engine.kernel.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.engine.kernel.AttentionCase;
import dev.mezzotint.engine.kernel.AttentionGeometry;
import dev.mezzotint.engine.parallel.Workers;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScalarAttentionTest {
    private static final int QUERIES = 4;
    private static final double STEP = 1e-3;

    @ParameterizedTest(name = "causal {0}")
    @ValueSource(booleans = {false, true})
    void gradientsAreThoseOfTheFormula(boolean causal) {
        AttentionGeometry geometry = new AttentionGeometry(2, 2, QUERIES, causal ? QUERIES : 5, 3, 0.7f, causal);
        AttentionCase run = new AttentionCase(geometry, 1, 1).run(new ScalarAttention(), Workers.of(1));
        double[] q = doubles(AttentionCase.inner(run.q));
        double[] k = doubles(AttentionCase.inner(run.k));
        double[] v = doubles(AttentionCase.inner(run.v));
        double[] dOut = doubles(AttentionCase.inner(run.dOut));
        double[] out = attention(geometry, q, k, v, run.logSumExp);
        assertNear(out, AttentionCase.inner(run.out));
        assertNear(numericalGradient(geometry, q, q, k, v, dOut), AttentionCase.inner(run.dq));
        assertNear(numericalGradient(geometry, k, q, k, v, dOut), AttentionCase.inner(run.dk));
        assertNear(numericalGradient(geometry, v, q, k, v, dOut), AttentionCase.inner(run.dv));
    }

    /** Gradient of Σ dOut · out by one of the inputs, with central differences. */
    private static double[] numericalGradient(
            AttentionGeometry geometry, double[] by, double[] q, double[] k, double[] v, double[] dOut) {
        double[] gradient = new double[by.length];
        for (int i = 0; i < by.length; i++) {
            double value = by[i];
            by[i] = value + STEP;
            double above = dot(dOut, attention(geometry, q, k, v, new float[0]));
            by[i] = value - STEP;
            double below = dot(dOut, attention(geometry, q, k, v, new float[0]));
            by[i] = value;
            gradient[i] = (above - below) / (2 * STEP);
        }
        return gradient;
    }

    /** Attention over an index (example, row, head, column), written without any trick; checks the log-sums it is given. */
    private static double[] attention(
            AttentionGeometry geometry, double[] q, double[] k, double[] v, float[] logSumExp) {
        double[] out = new double[q.length];
        for (int example = 0; example < geometry.batch(); example++) {
            for (int head = 0; head < geometry.heads(); head++) {
                for (int i = 0; i < geometry.queries(); i++) {
                    int queryRow = row(geometry, example, geometry.queries(), i, head);
                    double denominator = 0;
                    for (int j = 0; j < (geometry.causal() ? i + 1 : geometry.keys()); j++) {
                        int keyRow = row(geometry, example, geometry.keys(), j, head);
                        double score = 0;
                        for (int c = 0; c < geometry.width(); c++) {
                            score += q[queryRow + c] * k[keyRow + c];
                        }
                        double e = Math.exp(score * geometry.scale());
                        denominator += e;
                        for (int c = 0; c < geometry.width(); c++) {
                            out[queryRow + c] += e * v[keyRow + c];
                        }
                    }
                    for (int c = 0; c < geometry.width(); c++) {
                        out[queryRow + c] /= denominator;
                    }
                    if (logSumExp.length > 0) {
                        int at = (example * geometry.heads() + head) * geometry.queries() + i;
                        assertEquals(Math.log(denominator), logSumExp[at], 1e-6);
                    }
                }
            }
        }
        return out;
    }

    private static int row(AttentionGeometry geometry, int example, int rows, int row, int head) {
        return ((example * rows + row) * geometry.heads() + head) * geometry.width();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void assertNear(double[] expected, float[] actual) {
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], actual[i], 3e-6, "element " + i);
        }
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
