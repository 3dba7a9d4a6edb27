package dev.mezzotint.engine.kernel.scalar;

import dev.mezzotint.engine.kernel.AttentionGeometry;
import dev.mezzotint.engine.kernel.AttentionKernel;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;

/**
 * Attention row by row, as the formula reads: for query i, sⱼ = scale · qᵢ·kⱼ, pⱼ = exp(sⱼ − L) with L = log Σ exp sⱼ,
 * and outᵢ = Σ pⱼ vⱼ. Sums are taken in double precision; one row of scores exists at a time.
 */
public final class ScalarAttention implements AttentionKernel {

    @Override
    public void forward(
            Workers workers,
            AttentionGeometry geometry,
            float[] q,
            int qOffset,
            float[] k,
            int kOffset,
            float[] v,
            int vOffset,
            float[] out,
            int outOffset,
            float[] logSumExp) {
        int width = geometry.width();
        int stride = geometry.rowWidth();
        workers.run(geometry.batch() * geometry.heads(), task -> {
            int query0 = firstElement(geometry, task, geometry.queries());
            int key0 = firstElement(geometry, task, geometry.keys());
            double[] p = new double[geometry.keys()];
            for (int i = 0; i < geometry.queries(); i++) {
                int row = query0 + i * stride;
                int visible = geometry.causal() ? i + 1 : geometry.keys();
                scores(geometry, visible, q, qOffset + row, k, kOffset + key0, p);
                double l = logSumExp(p, visible);
                for (int j = 0; j < visible; j++) {
                    p[j] = Math.exp(p[j] - l);
                }
                for (int c = 0; c < width; c++) {
                    double sum = 0;
                    for (int j = 0; j < visible; j++) {
                        sum += p[j] * v[vOffset + key0 + j * stride + c];
                    }
                    out[outOffset + row + c] = (float) sum;
                }
                if (logSumExp.length > 0) {
                    logSumExp[task * geometry.queries() + i] = (float) l;
                }
            }
        });
    }

    /**
     * With dpⱼ = dOutᵢ·vⱼ and D = outᵢ·dOutᵢ: dsⱼ = pⱼ (dpⱼ − D), dqᵢ = scale Σⱼ dsⱼ kⱼ, dkⱼ = scale Σᵢ dsⱼ qᵢ, dvⱼ = Σᵢ
     * pⱼ dOutᵢ.
     */
    @Override
    public void backward(
            Workers workers,
            AttentionGeometry geometry,
            float[] q,
            int qOffset,
            float[] k,
            int kOffset,
            float[] v,
            int vOffset,
            float[] out,
            int outOffset,
            float[] logSumExp,
            float[] dOut,
            int dOutOffset,
            float[] dq,
            int dqOffset,
            float[] dk,
            int dkOffset,
            float[] dv,
            int dvOffset) {
        int width = geometry.width();
        int stride = geometry.rowWidth();
        int keys = geometry.keys();
        workers.run(geometry.batch() * geometry.heads(), task -> {
            int query0 = firstElement(geometry, task, geometry.queries());
            int key0 = firstElement(geometry, task, keys);
            double[] s = new double[keys];
            double[] dkSums = new double[keys * width];
            double[] dvSums = new double[keys * width];
            double[] dqSums = new double[width];
            for (int i = 0; i < geometry.queries(); i++) {
                int row = query0 + i * stride;
                int visible = geometry.causal() ? i + 1 : keys;
                scores(geometry, visible, q, qOffset + row, k, kOffset + key0, s);
                double l = logSumExp[task * geometry.queries() + i];
                double d = dot(width, out, outOffset + row, dOut, dOutOffset + row);
                Arrays.fill(dqSums, 0);
                for (int j = 0; j < visible; j++) {
                    int keyRow = key0 + j * stride;
                    double p = Math.exp(s[j] - l);
                    double ds = p * (dot(width, dOut, dOutOffset + row, v, vOffset + keyRow) - d) * geometry.scale();
                    for (int c = 0; c < width; c++) {
                        dqSums[c] += ds * k[kOffset + keyRow + c];
                        dkSums[j * width + c] += ds * q[qOffset + row + c];
                        dvSums[j * width + c] += p * dOut[dOutOffset + row + c];
                    }
                }
                for (int c = 0; c < width; c++) {
                    dq[dqOffset + row + c] = (float) dqSums[c];
                }
            }
            for (int j = 0; j < keys; j++) {
                for (int c = 0; c < width; c++) {
                    dk[dkOffset + key0 + j * stride + c] = (float) dkSums[j * width + c];
                    dv[dvOffset + key0 + j * stride + c] = (float) dvSums[j * width + c];
                }
            }
        });
    }

    /** Where the first row of a head begins in an array of {@code rows} rows an example. */
    private static int firstElement(AttentionGeometry geometry, int task, int rows) {
        int example = task / geometry.heads();
        int head = task % geometry.heads();
        return example * rows * geometry.rowWidth() + head * geometry.width();
    }

    private static void scores(
            AttentionGeometry geometry, int visible, float[] q, int qRow, float[] k, int kRow0, double[] scores) {
        for (int j = 0; j < visible; j++) {
            scores[j] = geometry.scale() * dot(geometry.width(), q, qRow, k, kRow0 + j * geometry.rowWidth());
        }
    }

    private static double logSumExp(double[] scores, int length) {
        double max = Double.NEGATIVE_INFINITY;
        for (int j = 0; j < length; j++) {
            max = Math.max(max, scores[j]);
        }
        double sum = 0;
        for (int j = 0; j < length; j++) {
            sum += Math.exp(scores[j] - max);
        }
        return max + Math.log(sum);
    }

    private static double dot(int length, float[] a, int aOffset, float[] b, int bOffset) {
        double sum = 0;
        for (int c = 0; c < length; c++) {
            sum += (double) a[aOffset + c] * b[bOffset + c];
        }
        return sum;
    }
}
