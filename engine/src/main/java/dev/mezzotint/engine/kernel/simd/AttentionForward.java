package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.LANES;
import static dev.mezzotint.engine.kernel.simd.TileProduct.PANEL;
import static dev.mezzotint.engine.kernel.simd.TileProduct.SPECIES;

import dev.mezzotint.engine.kernel.AttentionGeometry;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The forward pass over some panels of queries: for each block of keys and each panel, scores Sᵀ = K Qᵀ, an online softmax
 * along the keys, and Oᵀ += Vᵀ Pᵀ. The panels share the block of keys and values while it is in the cache.
 *
 * <p>The softmax is taken relative to 2⁰. Only where a score is 64 or more (in units of log₂), so that sums might overflow,
 * or all of a query's first block are very low, does the highest score take its place: most blocks need neither a maximum
 * nor sums to be scaled. An instance is the scratch memory of one thread.
 */
final class AttentionForward {
    /** A multiple of a tile's rows; the scores of a block leave a third of the first-level cache (48 KB) to the rest. */
    private static final int KEY_BLOCK = 22 * WideTiles.ROWS;

    /** At most so many columns of the queries are multiplied at a time, so that they stay in the first-level cache. */
    private static final int DEPTH_BLOCK = 160;

    /** A smaller sum over the first block might vanish before the last. */
    private static final float LEAST_SUM = 0x1p-32f;

    /** More where they share the work of laying a block out. */
    private static final int MAX_PANELS = TileProduct.MANY_REGISTERS ? 4 : 32;

    /** Floats of queries and results that stay in the second-level cache. */
    private static final int MAX_PANEL_FLOATS = 1 << 17;

    private static final ThreadLocal<AttentionForward> OF_THREAD = ThreadLocal.withInitial(AttentionForward::new);

    private final float[] scores = new float[KEY_BLOCK * PANEL];
    private final float[] shift = new float[MAX_PANELS * PANEL];
    private final float[] sum = new float[MAX_PANELS * PANEL];
    private final float[] blockSum = new float[PANEL];
    private final float[] factor = new float[PANEL];
    private final AttentionSides sides = new AttentionSides();
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
        queries = Scratch.reserve(queries, panels * width * PANEL);
        result = Scratch.reserve(result, panels * resultRows(width) * PANEL);
        float toLog2 = geometry.scale() * AttentionPanels.LOG2_E;
        for (int first = 0; first < count; first += PANEL) {
            int inPanel = Math.min(PANEL, count - first);
            AttentionPanels.transposeIn(
                    inPanel, width, toLog2, q, qRow + first * stride, stride, queries, first * width);
        }
        Arrays.fill(shift, 0f);
        Arrays.fill(sum, 0f);
        // Blocks of about the same size: a few keys by themselves would cost as much as many.
        int blocks = (geometry.keys() + KEY_BLOCK - 1) / KEY_BLOCK;
        for (int block = 0; block < blocks; block++) {
            int key = keyOfBlock(geometry, block, blocks);
            int blockEnd = keyOfBlock(geometry, block + 1, blocks);
            int row = key * stride;
            if (!TileProduct.MANY_REGISTERS) {
                sides.pack(blockEnd - key, width, k, kRow + row, v, vRow + row, stride);
            }
            for (int first = 0; first < count; first += PANEL) {
                int inPanel = Math.min(PANEL, count - first);
                int visible = geometry.causal() ? firstQuery + first + inPanel : geometry.keys();
                int keys = Math.min(blockEnd, visible) - key;
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
            AttentionPanels.transposeOut(inPanel, width, factor, result, first * resultRows(width), out, at, stride);
        }
        if (logSumExp.length > 0) {
            for (int i = 0; i < count; i++) {
                logSumExp[logSumExpAt + i] = (float) (Math.log(sum[i]) - shift[i] * AttentionPanels.LN_2);
            }
        }
    }

    /** The first key of a block, a multiple of a tile's rows except after the last. */
    private static int keyOfBlock(AttentionGeometry geometry, int block, int blocks) {
        int even = (int) ((long) geometry.keys() * block / blocks);
        return Math.min(geometry.keys(), (even + WideTiles.ROWS - 1) / WideTiles.ROWS * WideTiles.ROWS);
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
        int vectors = TileProduct.MANY_REGISTERS ? TileProduct.vectors(inPanel) : PANEL / LANES;
        score(geometry, firstQuery, vectors, first, key, keys, k, kAt);
        boolean tooHigh = SimdExp.powersOfTwo(keys, vectors, scores, blockSum);
        if (tooHigh || (key == 0 && isTooLow(vectors))) {
            score(geometry, firstQuery, vectors, first, key, keys, k, kAt);
            shiftToHighest(width, vectors, first, key == 0, keys);
            SimdExp.powersOfTwo(keys, vectors, scores, blockSum);
        }
        for (int lane = 0; lane < vectors * LANES; lane++) {
            sum[first + lane] += blockSum[lane];
        }
        int to = first * resultRows(width);
        if (TileProduct.MANY_REGISTERS) {
            TileProduct.multiply(width, vectors, keys, v, vAt, 1, stride, scores, 0, result, to, PANEL, key > 0);
        } else {
            sides.weigh(keys, scores, result, to, key > 0);
        }
    }

    /** Rows of a panel of results: whole tiles, where a tile writes them all. */
    private static int resultRows(int width) {
        return TileProduct.MANY_REGISTERS ? width : SideMicroKernel.wholeTiles(width);
    }

    /** Scores (keys, PANEL) in units of log₂, each relative to its query's reference. */
    private void score(
            AttentionGeometry geometry, int firstQuery, int vectors, int first, int key, int keys, float[] k, int kAt) {
        int width = geometry.width();
        int stride = geometry.rowWidth();
        int slices = (width + DEPTH_BLOCK - 1) / DEPTH_BLOCK;
        int depth = width / slices;
        int at = first * width;
        if (TileProduct.MANY_REGISTERS) {
            TileProduct.multiplyFrom(shift, first, keys, vectors, depth, k, kAt, stride, queries, at, scores, 0, PANEL);
        } else {
            sides.score(keys, 0, depth, queries, at, shift, first, 0, scores);
        }
        for (int slice = 1; slice < slices; slice++) {
            int c = width * slice / slices;
            depth = width * (slice + 1) / slices - c;
            int from = at + c * PANEL;
            if (TileProduct.MANY_REGISTERS) {
                TileProduct.multiply(
                        keys, vectors, depth, k, kAt + c, stride, 1, queries, from, scores, 0, PANEL, true);
            } else {
                sides.score(keys, c, depth, queries, from, scores, 0, PANEL, scores);
            }
        }
        if (geometry.causal()) {
            AttentionPanels.hideFuture(firstQuery + first, key, keys, vectors, scores);
        }
    }

    private boolean isTooLow(int vectors) {
        boolean tooLow = false;
        for (int lane = 0; lane < vectors * LANES; lane++) {
            tooLow |= blockSum[lane] < LEAST_SUM;
        }
        return tooLow;
    }

    /** Makes the highest scores so far the reference, and what there is already relative to it. */
    private void shiftToHighest(int width, int vectors, int first, boolean anew, int keys) {
        for (int lane = 0; lane < vectors * LANES; lane += LANES) {
            FloatVector rise = anew ? FloatVector.fromArray(SPECIES, scores, lane) : FloatVector.zero(SPECIES);
            for (int key = 0; key < keys; key++) {
                rise = rise.max(FloatVector.fromArray(SPECIES, scores, key * PANEL + lane));
            }
            for (int key = 0; key < keys; key++) {
                int at = key * PANEL + lane;
                FloatVector.fromArray(SPECIES, scores, at).sub(rise).intoArray(scores, at);
            }
            FloatVector.fromArray(SPECIES, shift, first + lane).sub(rise).intoArray(shift, first + lane);
            rise.intoArray(factor, lane);
        }
        if (!anew) {
            scale(width, vectors, first);
        }
    }

    /** What was summed up before the references rose by what stands in {@code factor}. */
    private void scale(int width, int vectors, int first) {
        for (int lane = 0; lane < vectors * LANES; lane++) {
            factor[lane] = (float) Math.pow(2, -factor[lane]);
            sum[first + lane] *= factor[lane];
        }
        for (int lane = 0; lane < vectors * LANES; lane += LANES) {
            FloatVector f = FloatVector.fromArray(SPECIES, factor, lane);
            for (int c = 0; c < width; c++) {
                int at = first * resultRows(width) + c * PANEL + lane;
                FloatVector.fromArray(SPECIES, result, at).mul(f).intoArray(result, at);
            }
        }
    }
}
