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
 * <p>The softmax is taken relative to 2⁰. Only where a score is 64 or more (in units of log₂), so that sums might overflow,
 * or all of a query's first block are very low, does the highest score take its place: most blocks need neither a maximum
 * nor sums to be scaled. An instance is the scratch memory of one thread.
 */
final class AttentionForward {
    /** A multiple of a tile's rows; the scores of a block leave a third of the first-level cache (48 KB) to the rest. */
    private static final int KEY_BLOCK = 22 * WideTiles.ROWS;

    /**
     * The same where the first queries see few keys. The 77 of a text make two blocks of it: so a text encoder, which comes
     * first of all, shows C2 results that are begun and such as are added to, and it compiles the tiles once.
     */
    private static final int CAUSAL_KEY_BLOCK = KEY_BLOCK / 2;

    /** A smaller sum over the first block might vanish before the last. */
    private static final float LEAST_SUM = 0x1p-32f;

    /** Floats of queries and results that stay in the second-level cache. */
    private static final int MAX_PANEL_FLOATS = 1 << 17;

    private static final ThreadLocal<AttentionForward> OF_THREAD = ThreadLocal.withInitial(AttentionForward::new);

    private final float[] scores = new float[KEY_BLOCK * PANEL];
    private final AttentionBlock block = AttentionBlock.create();
    private final float[] shift = new float[block.panelsTogether() * PANEL];
    private final float[] sum = new float[block.panelsTogether() * PANEL];
    private final float[] blockSum = new float[PANEL];
    private final float[] factor = new float[PANEL];
    private float[] queries = {};
    private float[] result = {};

    private AttentionForward() {}

    static AttentionForward ofThread() {
        return OF_THREAD.get();
    }

    /** How many panels of queries one call may take. */
    int maxPanels(int width) {
        return Math.clamp(MAX_PANEL_FLOATS / (2 * width * PANEL), 1, block.panelsTogether());
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
        result = Scratch.reserve(result, panels * block.resultRows(width) * PANEL);
        float toLog2 = geometry.scale() * AttentionPanels.LOG2_E;
        for (int first = 0; first < count; first += PANEL) {
            int inPanel = Math.min(PANEL, count - first);
            AttentionPanels.transposeIn(
                    inPanel, width, toLog2, q, qRow + first * stride, stride, queries, first * width);
        }
        Arrays.fill(shift, 0f);
        Arrays.fill(sum, 0f);
        // Blocks of about the same size: a few keys by themselves would cost as much as many.
        int keyBlock = geometry.causal() ? CAUSAL_KEY_BLOCK : KEY_BLOCK;
        int blocks = (geometry.keys() + keyBlock - 1) / keyBlock;
        for (int number = 0; number < blocks; number++) {
            int key = keyOfBlock(geometry, number, blocks);
            int end = keyOfBlock(geometry, number + 1, blocks);
            block.take(end - key, width, k, kRow + key * stride, v, vRow + key * stride, stride);
            for (int first = 0; first < count; first += PANEL) {
                int inPanel = Math.min(PANEL, count - first);
                int visible = geometry.causal() ? firstQuery + first + inPanel : geometry.keys();
                int keys = Math.min(end, visible) - key;
                if (keys > 0) {
                    attend(geometry, firstQuery, first, inPanel, key, keys);
                }
            }
        }
        block.release();
        for (int first = 0; first < count; first += PANEL) {
            int inPanel = Math.min(PANEL, count - first);
            for (int lane = 0; lane < inPanel; lane += LANES) {
                FloatVector one = FloatVector.broadcast(SPECIES, 1f);
                one.div(FloatVector.fromArray(SPECIES, sum, first + lane)).intoArray(factor, lane);
            }
            int at = outRow + first * stride;
            AttentionPanels.transposeOut(
                    inPanel, width, factor, result, first * block.resultRows(width), out, at, stride);
        }
        if (logSumExp.length > 0) {
            SimdLog.logarithms(panels * PANEL, sum);
            for (int i = 0; i < count; i++) {
                logSumExp[logSumExpAt + i] = sum[i] - shift[i] * SimdLog.LN_2;
            }
        }
    }

    /** The first key of a block, a multiple of a tile's rows except after the last. */
    private static int keyOfBlock(AttentionGeometry geometry, int block, int blocks) {
        int even = (int) ((long) geometry.keys() * block / blocks);
        return Math.min(geometry.keys(), (even + WideTiles.ROWS - 1) / WideTiles.ROWS * WideTiles.ROWS);
    }

    /** One panel, whose first query is number {@code first} of the run's, and the first keys of the block. */
    private void attend(AttentionGeometry geometry, int firstQuery, int first, int inPanel, int key, int keys) {
        int width = geometry.width();
        int vectors = block.vectors(inPanel);
        score(geometry, firstQuery, vectors, first, key, keys);
        boolean tooHigh = SimdExp.powersOfTwo(keys, vectors, scores, blockSum);
        if (tooHigh || (key == 0 && isTooLow(vectors))) {
            score(geometry, firstQuery, vectors, first, key, keys);
            shiftToHighest(width, vectors, first, key == 0, keys);
            SimdExp.powersOfTwo(keys, vectors, scores, blockSum);
        }
        for (int lane = 0; lane < vectors * LANES; lane += LANES) {
            FloatVector.fromArray(SPECIES, sum, first + lane)
                    .add(FloatVector.fromArray(SPECIES, blockSum, lane))
                    .intoArray(sum, first + lane);
        }
        block.weigh(keys, vectors, scores, result, first * block.resultRows(width), key > 0);
    }

    /** Scores (keys, PANEL) in units of log₂, each relative to its query's reference. */
    private void score(AttentionGeometry geometry, int firstQuery, int vectors, int first, int key, int keys) {
        block.score(keys, vectors, queries, first * geometry.width(), shift, first, scores);
        if (geometry.causal()) {
            AttentionPanels.hideFuture(firstQuery + first, key, keys, vectors, scores);
        }
    }

    private boolean isTooLow(int vectors) {
        boolean tooLow = false;
        for (int lane = 0; lane < vectors * LANES; lane += LANES) {
            tooLow |= FloatVector.fromArray(SPECIES, blockSum, lane)
                    .compare(VectorOperators.LT, LEAST_SUM)
                    .anyTrue();
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
                int at = first * block.resultRows(width) + c * PANEL + lane;
                FloatVector.fromArray(SPECIES, result, at).mul(f).intoArray(result, at);
            }
        }
    }
}
