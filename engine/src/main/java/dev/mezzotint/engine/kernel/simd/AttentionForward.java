package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.LANES;
import static dev.mezzotint.engine.kernel.simd.TileProduct.PANEL;
import static dev.mezzotint.engine.kernel.simd.TileProduct.SPECIES;

import dev.mezzotint.engine.kernel.AttentionGeometry;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The forward pass over one block of queries: for each block of keys, scores Sᵀ = K Qᵀ, an online softmax along the keys,
 * and Oᵀ += Vᵀ Pᵀ. An instance is the scratch memory of one thread.
 */
final class AttentionForward {
    private static final int KEY_BLOCK = 128;
    private static final ThreadLocal<AttentionForward> OF_THREAD = ThreadLocal.withInitial(AttentionForward::new);

    private final float[] scores = new float[KEY_BLOCK * PANEL];
    private final float[] max = new float[PANEL];
    private final float[] sum = new float[PANEL];
    private final float[] blockSum = new float[PANEL];
    private final float[] factor = new float[PANEL];
    private float[] queries = {};
    private float[] result = {};

    private AttentionForward() {}

    static AttentionForward ofThread() {
        return OF_THREAD.get();
    }

    /**
     * Computes {@code count} queries of one head.
     *
     * @param firstQuery number of the first query
     * @param qRow where the first query's row begins; likewise {@code outRow}
     * @param kRow where the head's first key begins; likewise {@code vRow}
     * @param logSumExp receives {@code count} values from {@code logSumExpAt}, or is empty
     */
    void run(
            AttentionGeometry geometry,
            int firstQuery,
            int count,
            float[] q,
            int qRow,
            float[] k,
            int kRow,
            float[] v,
            int vRow,
            float[] out,
            int outRow,
            float[] logSumExp,
            int logSumExpAt) {
        int width = geometry.width();
        int stride = geometry.rowWidth();
        int vectors = TileProduct.vectors(count);
        int visible = geometry.causal() ? firstQuery + count : geometry.keys();
        queries = AttentionPanels.reserve(queries, width * PANEL);
        result = AttentionPanels.reserve(result, width * PANEL);
        AttentionPanels.transposeIn(count, width, geometry.scale() * AttentionPanels.LOG2_E, q, qRow, stride, queries);
        Arrays.fill(max, Float.NEGATIVE_INFINITY);
        Arrays.fill(sum, 0f);
        for (int key = 0; key < visible; key += KEY_BLOCK) {
            int keys = Math.min(KEY_BLOCK, visible - key);
            int row = key * stride;
            TileProduct.multiply(keys, vectors, width, k, kRow + row, stride, 1, queries, 0, scores, 0, PANEL, false);
            if (geometry.causal()) {
                AttentionPanels.hideFuture(firstQuery, key, keys, vectors, scores);
            }
            for (int lane = 0; lane < vectors * LANES; lane += LANES) {
                raiseMax(lane, keys);
                SimdExp.powersOfTwo(scores, lane, PANEL, keys, max, lane, blockSum, lane);
                addBlockSum(lane);
            }
            if (key > 0) {
                rescale(width, vectors);
            }
            TileProduct.multiply(width, vectors, keys, v, vRow + row, 1, stride, scores, 0, result, 0, PANEL, key > 0);
        }
        if (logSumExp.length > 0) {
            for (int i = 0; i < count; i++) {
                logSumExp[logSumExpAt + i] = (float) (max[i] * AttentionPanels.LN_2 + Math.log(sum[i]));
            }
        }
        for (int i = 0; i < count; i++) {
            factor[i] = 1f / sum[i];
        }
        AttentionPanels.transposeOut(count, width, factor, result, out, outRow, stride);
    }

    /** Brings the running maximum up to date; the factor is what sums taken with the old one must be multiplied by. */
    private void raiseMax(int lane, int keys) {
        FloatVector old = FloatVector.fromArray(SPECIES, max, lane);
        // Four chains, because one waits for its own last step; the last four keys may be looked at twice.
        FloatVector m0 = old;
        FloatVector m1 = old;
        FloatVector m2 = old;
        FloatVector m3 = old;
        for (int key = 0; key < keys; key += 4) {
            int at = key * PANEL + lane;
            m0 = m0.max(FloatVector.fromArray(SPECIES, scores, at));
            m1 = m1.max(FloatVector.fromArray(SPECIES, scores, Math.min(key + 1, keys - 1) * PANEL + lane));
            m2 = m2.max(FloatVector.fromArray(SPECIES, scores, Math.min(key + 2, keys - 1) * PANEL + lane));
            m3 = m3.max(FloatVector.fromArray(SPECIES, scores, Math.min(key + 3, keys - 1) * PANEL + lane));
        }
        old.intoArray(factor, lane);
        m0.max(m1).max(m2.max(m3)).intoArray(max, lane);
        SimdExp.powersOfTwo(factor, lane, PANEL, 1, max, lane, blockSum, lane);
    }

    private void addBlockSum(int lane) {
        FloatVector.fromArray(SPECIES, sum, lane)
                .fma(FloatVector.fromArray(SPECIES, factor, lane), FloatVector.fromArray(SPECIES, blockSum, lane))
                .intoArray(sum, lane);
    }

    private void rescale(int width, int vectors) {
        for (int lane = 0; lane < vectors * LANES; lane += LANES) {
            FloatVector f = FloatVector.fromArray(SPECIES, factor, lane);
            for (int c = 0; c < width; c++) {
                int at = c * PANEL + lane;
                FloatVector.fromArray(SPECIES, result, at).mul(f).intoArray(result, at);
            }
        }
    }
}
