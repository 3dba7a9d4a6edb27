package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.LANES;
import static dev.mezzotint.engine.kernel.simd.TileProduct.PANEL;
import static dev.mezzotint.engine.kernel.simd.TileProduct.SPECIES;

import dev.mezzotint.engine.kernel.AttentionGeometry;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The forward pass over some panels of queries: for each block of keys and each panel, scores Sᵀ = K Qᵀ, an online softmax
 * along the keys, and Oᵀ += Vᵀ Pᵀ. The panels share the block of keys and values while it is in the cache.
 *
 * <p>The softmax is taken relative to the score of a query's first key. Only where a later score is more than 2⁶⁴ times as
 * probable, so that sums might overflow, does it take that one's place: most blocks need neither a maximum beforehand nor
 * sums to be scaled. An instance is the scratch memory of one thread.
 */
final class AttentionForward {
    /** A multiple of a tile's rows; the scores of a block leave a third of the first-level cache (48 KB) to the rest. */
    private static final int KEY_BLOCK = 21 * WideTiles.ROWS;

    /** At most so many columns of the queries are multiplied at a time, so that they stay in the first-level cache. */
    private static final int DEPTH_BLOCK = 160;

    /** Binary logarithm of the largest probability relative to the reference. */
    private static final float HIGHEST = 64f;

    private static final int MAX_PANELS = 4;

    /** Floats of queries and results that stay in the second-level cache. */
    private static final int MAX_PANEL_FLOATS = 1 << 17;

    private static final ThreadLocal<AttentionForward> OF_THREAD = ThreadLocal.withInitial(AttentionForward::new);

    private final float[] scores = new float[KEY_BLOCK * PANEL];
    private final float[] reference = new float[MAX_PANELS * PANEL];
    private final float[] sum = new float[MAX_PANELS * PANEL];
    private final float[] blockSum = new float[PANEL];
    private final float[] rise = new float[PANEL];
    private final float[] factor = new float[PANEL];
    private float[] queries = {};
    private float[] result = {};

    private AttentionForward() {}

    static AttentionForward ofThread() {
        return OF_THREAD.get();
    }

    /** How many panels of queries one call may take. */
    static int maxPanels(int width) {
        return Math.clamp(MAX_PANEL_FLOATS / (2 * width * PANEL), 1, MAX_PANELS);
    }

    /**
     * Computes {@code count} queries of one head.
     *
     * @param firstQuery number of the first query
     * @param count at most {@link #maxPanels} panels of queries
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
        int panels = (count + PANEL - 1) / PANEL;
        queries = AttentionPanels.reserve(queries, panels * width * PANEL);
        result = AttentionPanels.reserve(result, panels * width * PANEL);
        float toLog2 = geometry.scale() * AttentionPanels.LOG2_E;
        for (int first = 0; first < count; first += PANEL) {
            int inPanel = Math.min(PANEL, count - first);
            AttentionPanels.transposeIn(
                    inPanel, width, toLog2, q, qRow + first * stride, stride, queries, first * width);
        }
        Arrays.fill(sum, 0f);
        int lastVisible = geometry.causal() ? firstQuery + count : geometry.keys();
        for (int key = 0; key < lastVisible; key += KEY_BLOCK) {
            int row = key * stride;
            for (int first = 0; first < count; first += PANEL) {
                int inPanel = Math.min(PANEL, count - first);
                int visible = geometry.causal() ? firstQuery + first + inPanel : lastVisible;
                int keys = Math.min(KEY_BLOCK, visible - key);
                if (keys > 0) {
                    attend(geometry, firstQuery, first, inPanel, key, keys, k, kRow + row, v, vRow + row);
                }
            }
        }
        for (int first = 0; first < count; first += PANEL) {
            int inPanel = Math.min(PANEL, count - first);
            for (int i = 0; i < inPanel; i++) {
                factor[i] = 1f / sum[first + i];
            }
            int at = outRow + first * stride;
            AttentionPanels.transposeOut(inPanel, width, factor, result, first * width, out, at, stride);
        }
        if (logSumExp.length > 0) {
            for (int i = 0; i < count; i++) {
                logSumExp[logSumExpAt + i] = (float) (reference[i] * AttentionPanels.LN_2 + Math.log(sum[i]));
            }
        }
    }

    /** One panel, whose first query is number {@code first} of the run's, and one block of keys. */
    private void attend(
            AttentionGeometry geometry,
            int firstQuery,
            int first,
            int inPanel,
            int key,
            int keys,
            float[] k,
            int kAt,
            float[] v,
            int vAt) {
        int width = geometry.width();
        int stride = geometry.rowWidth();
        int vectors = TileProduct.vectors(inPanel);
        int panel = first * width;
        score(geometry, firstQuery + first, vectors, panel, key, keys, k, kAt);
        if (key == 0) {
            System.arraycopy(scores, 0, reference, first, vectors * LANES);
        }
        if (exponentiate(vectors, first, keys)) {
            raiseReference(width, vectors, first);
            score(geometry, firstQuery + first, vectors, panel, key, keys, k, kAt);
            exponentiate(vectors, first, keys);
        }
        for (int lane = 0; lane < vectors * LANES; lane++) {
            sum[first + lane] += blockSum[lane];
        }
        TileProduct.multiply(width, vectors, keys, v, vAt, 1, stride, scores, 0, result, panel, PANEL, key > 0);
    }

    private void score(
            AttentionGeometry geometry, int firstQuery, int vectors, int panel, int key, int keys, float[] k, int kAt) {
        int width = geometry.width();
        int stride = geometry.rowWidth();
        int slices = (width + DEPTH_BLOCK - 1) / DEPTH_BLOCK;
        for (int slice = 0; slice < slices; slice++) {
            int c = width * slice / slices;
            int depth = width * (slice + 1) / slices - c;
            int from = panel + c * PANEL;
            TileProduct.multiply(keys, vectors, depth, k, kAt + c, stride, 1, queries, from, scores, 0, PANEL, c > 0);
        }
        if (geometry.causal()) {
            AttentionPanels.hideFuture(firstQuery, key, keys, vectors, scores);
        }
    }

    /** Scores to probabilities relative to the reference. Returns whether some may be too large to be summed up. */
    private boolean exponentiate(int vectors, int first, int keys) {
        SimdExp.powersOfTwo(keys, vectors, scores, reference, first, blockSum, rise);
        boolean tooHigh = false;
        for (int lane = 0; lane < vectors * LANES; lane += LANES) {
            tooHigh |= FloatVector.fromArray(SPECIES, rise, lane)
                    .compare(VectorOperators.GT, HIGHEST)
                    .anyTrue();
        }
        return tooHigh;
    }

    /** Makes the highest scores so far the reference, and what was summed up with the old one relative to it. */
    private void raiseReference(int width, int vectors, int first) {
        for (int lane = 0; lane < vectors * LANES; lane++) {
            float old = reference[first + lane];
            reference[first + lane] = old + rise[lane];
            factor[lane] = (float) Math.pow(2, (double) old - reference[first + lane]);
            sum[first + lane] *= factor[lane];
        }
        for (int lane = 0; lane < vectors * LANES; lane += LANES) {
            FloatVector f = FloatVector.fromArray(SPECIES, factor, lane);
            for (int c = 0; c < width; c++) {
                int at = first * width + c * PANEL + lane;
                FloatVector.fromArray(SPECIES, result, at).mul(f).intoArray(result, at);
            }
        }
    }
}
