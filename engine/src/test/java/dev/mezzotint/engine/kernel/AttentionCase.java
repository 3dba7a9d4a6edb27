package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import java.util.Random;

/**
 * Inputs of an attention at odd offsets, and one kernel's results on them. Every output buffer is full of NaN beforehand.
 */
public final class AttentionCase {
    private static final int OFFSET = 3;

    public final AttentionGeometry geometry;
    public final float[] q;
    public final float[] k;
    public final float[] v;
    public final float[] dOut;
    public final float[] out;
    public final float[] logSumExp;
    public final float[] dq;
    public final float[] dk;
    public final float[] dv;

    /** Normal deviates, queries and keys times {@code spread}. */
    public AttentionCase(AttentionGeometry geometry, float spread, long seed) {
        this.geometry = geometry;
        Random random = new Random(seed);
        q = normal(random, geometry.queries(), spread);
        k = normal(random, geometry.keys(), spread);
        v = normal(random, geometry.keys(), 1);
        dOut = normal(random, geometry.queries(), 1);
        out = nan(geometry.queries());
        dq = nan(geometry.queries());
        dk = nan(geometry.keys());
        dv = nan(geometry.keys());
        logSumExp = new float[geometry.batch() * geometry.heads() * geometry.queries()];
        Arrays.fill(logSumExp, Float.NaN);
    }

    /** Forward with and without log-sums, then backward. */
    public AttentionCase run(AttentionKernel kernel, Workers workers) {
        kernel.forward(workers, geometry, q, OFFSET, k, OFFSET, v, OFFSET, out, OFFSET, logSumExp);
        kernel.backward(
                workers, geometry, q, OFFSET, k, OFFSET, v, OFFSET, out, OFFSET, logSumExp, dOut, OFFSET, dq, OFFSET,
                dk, OFFSET, dv, OFFSET);
        return this;
    }

    /** Forward without log-sums: the output alone. */
    public float[] inferenceOnly(AttentionKernel kernel, Workers workers) {
        float[] result = nan(geometry.queries());
        kernel.forward(workers, geometry, q, OFFSET, k, OFFSET, v, OFFSET, result, OFFSET, new float[0]);
        return result;
    }

    /** Elements of an array of queries or keys that belong to the problem, the margins cut off. */
    public static float[] inner(float[] array) {
        return Arrays.copyOfRange(array, OFFSET, array.length - OFFSET);
    }

    /** What stands before and after the problem's elements. */
    public static float[] margins(float[] array) {
        float[] margins = Arrays.copyOf(array, 2 * OFFSET);
        System.arraycopy(array, array.length - OFFSET, margins, OFFSET, OFFSET);
        return margins;
    }

    private float[] normal(Random random, int rows, float spread) {
        float[] values = new float[geometry.batch() * rows * geometry.rowWidth() + 2 * OFFSET];
        for (int i = 0; i < values.length; i++) {
            values[i] = spread * (float) random.nextGaussian();
        }
        return values;
    }

    private float[] nan(int rows) {
        float[] values = new float[geometry.batch() * rows * geometry.rowWidth() + 2 * OFFSET];
        Arrays.fill(values, Float.NaN);
        return values;
    }
}
