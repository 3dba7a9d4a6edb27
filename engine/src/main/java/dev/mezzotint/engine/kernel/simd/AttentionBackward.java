package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.LANES;
import static dev.mezzotint.engine.kernel.simd.TileProduct.PANEL;
import static dev.mezzotint.engine.kernel.simd.TileProduct.SPECIES;

import dev.mezzotint.engine.kernel.AttentionGeometry;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The backward pass over one head (Dao 2023, FlashAttention-2, algorithm 2). For each block of queries and each block of
 * keys: P = exp(S − L) again from S = scale · Q Kᵀ, dP = dO Vᵀ, dS = scale · P ∘ (dP − D) with D = rowsum(dO ∘ O); then
 * dQ += dS K, dK += dSᵀ Q and dV += Pᵀ dO. S, P, dP and dS stand transposed. An instance is the scratch memory of one thread.
 */
final class AttentionBackward {
    /** Whole tiles of 6 rows, and of 20 and 24 in {@link NarrowTiles}, have no row too many in most of its multiples. */
    private static final int TILES = 12;

    /** Most keys in a block: P and dS of more would leave the first-level cache (48 KB), and a text has 77. */
    private static final int KEY_BLOCK = 7 * TILES;

    private static final ThreadLocal<AttentionBackward> OF_THREAD = ThreadLocal.withInitial(AttentionBackward::new);

    private final float[] probabilities = new float[KEY_BLOCK * PANEL];
    private final float[] gradients = new float[KEY_BLOCK * PANEL];
    private final float[] negatedLogSums = new float[PANEL];
    private final float[] unused = new float[PANEL];
    private final float[] negatedDots = new float[PANEL];
    private final float[] ones = new float[PANEL];
    // One behind the other: rows of all heads, 256 bytes and more apart, fall into few sets of the cache.
    private float[] denseKeys = {};
    private float[] denseValues = {};
    private float[] queries = {};
    private float[] queryRows = {};
    private float[] outGradients = {};
    private float[] outGradientRows = {};
    private float[] dqSums = {};
    private float[] dkSums = {};
    private float[] dvSums = {};

    private AttentionBackward() {
        Arrays.fill(ones, 1f);
    }

    static AttentionBackward ofThread() {
        return OF_THREAD.get();
    }

    /**
     * Computes the gradients of one head; {@code queryRow} and {@code keyRow} are where its first query and its first key
     * begin, counted from the arrays' offsets, {@code logSumExpAt} where its log-sums do.
     */
    void run(
            AttentionGeometry geometry,
            int queryRow,
            int keyRow,
            float[] q,
            int qOffset,
            float[] k,
            int kOffset,
            float[] v,
            int vOffset,
            float[] out,
            int outOffset,
            float[] logSumExp,
            int logSumExpAt,
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
        boolean narrow = TileProduct.MANY_REGISTERS && width == LANES;
        int sumStride = narrow ? LANES : (width + 2 * LANES - 1) / (2 * LANES) * (2 * LANES);
        int sums = (geometry.keys() + KEY_BLOCK) * sumStride;
        reserve(width, sums);
        if (geometry.causal()) {
            Arrays.fill(dkSums, 0, geometry.keys() * sumStride, 0f);
            Arrays.fill(dvSums, 0, geometry.keys() * sumStride, 0f);
        }
        float scale = geometry.scale();
        float toLog2 = scale * AttentionPanels.LOG2_E;
        float[] keyRows = k;
        float[] valueRows = v;
        int keysAt = kOffset + keyRow;
        int valuesAt = vOffset + keyRow;
        int keyStride = stride;
        if (narrow) {
            keyRows = denseKeys = Scratch.reserve(denseKeys, geometry.keys() * LANES);
            valueRows = denseValues = Scratch.reserve(denseValues, geometry.keys() * LANES);
            copyVectors(geometry.keys(), k, keysAt, stride, keyRows, 0, LANES);
            copyVectors(geometry.keys(), v, valuesAt, stride, valueRows, 0, LANES);
            keysAt = 0;
            valuesAt = 0;
            keyStride = LANES;
        }
        for (int query = 0; query < geometry.queries(); query += PANEL) {
            int count = Math.min(PANEL, geometry.queries() - query);
            int vectors = TileProduct.vectors(count);
            int visible = geometry.causal() ? query + count : geometry.keys();
            int row = queryRow + query * stride;
            // The first queries begin the sums, unless later ones see keys that they don't.
            boolean add = geometry.causal() || query > 0;
            AttentionPanels.transposeIn(count, width, toLog2, q, qOffset + row, stride, queries, 0);
            AttentionPanels.transposeIn(count, width, scale, dOut, dOutOffset + row, stride, outGradients, 0);
            if (!narrow) {
                copyRows(count, width, q, qOffset + row, stride, queryRows);
                copyRows(count, width, dOut, dOutOffset + row, stride, outGradientRows);
            }
            for (int i = 0; i < count; i++) {
                negatedLogSums[i] = -logSumExp[logSumExpAt + query + i] * AttentionPanels.LOG2_E;
                negatedDots[i] =
                        -scale * dot(width, out, outOffset + row + i * stride, dOut, dOutOffset + row + i * stride);
            }
            int block = keysInBlock(visible);
            for (int key = 0; key < visible; key += block) {
                int keys = Math.min(block, visible - key);
                int kRow = keysAt + key * keyStride;
                int vRow = valuesAt + key * keyStride;
                TileProduct.multiplyFrom(
                        negatedLogSums,
                        0,
                        keys,
                        vectors,
                        width,
                        keyRows,
                        kRow,
                        keyStride,
                        queries,
                        0,
                        probabilities,
                        0,
                        PANEL);
                if (geometry.causal()) {
                    AttentionPanels.hideFuture(query, key, keys, vectors, probabilities);
                }
                SimdExp.powersOfTwo(keys, vectors, probabilities, unused);
                TileProduct.multiplyFromTimes(
                        negatedDots,
                        0,
                        probabilities,
                        keys,
                        vectors,
                        width,
                        valueRows,
                        vRow,
                        keyStride,
                        outGradients,
                        0,
                        gradients);
                TileProduct.multiply(
                        width, vectors, keys, keyRows, kRow, 1, keyStride, gradients, 0, dqSums, 0, PANEL, key > 0);
                int at = key * sumStride;
                if (narrow) {
                    int to = dOutOffset + row;
                    clearTile(keys, probabilities);
                    clearTile(keys, gradients);
                    NarrowTiles.multiply(keys, count, probabilities, dOut, to, stride, dvSums, at, sumStride, add);
                    NarrowTiles.multiply(keys, count, gradients, q, qOffset + row, stride, dkSums, at, sumStride, add);
                } else {
                    addRows(keys, width, count, probabilities, outGradientRows, dvSums, at, sumStride, add);
                    addRows(keys, width, count, gradients, queryRows, dkSums, at, sumStride, add);
                }
            }
            AttentionPanels.transposeOut(count, width, ones, dqSums, 0, dq, dqOffset + row, stride);
        }
        copyOut(geometry, sumStride, dkSums, dk, dkOffset + keyRow);
        copyOut(geometry, sumStride, dvSums, dv, dvOffset + keyRow);
    }

    /** Blocks of about the same size: a few keys by themselves would cost as much as many. */
    private static int keysInBlock(int keys) {
        int blocks = (keys + KEY_BLOCK - 1) / KEY_BLOCK;
        int even = (keys + blocks - 1) / blocks;
        return (even + TILES - 1) / TILES * TILES;
    }

    private void reserve(int width, int sums) {
        int rowPanels = (width + PANEL - 1) / PANEL * PANEL * PANEL;
        queries = Scratch.reserve(queries, width * PANEL);
        outGradients = Scratch.reserve(outGradients, width * PANEL);
        dqSums = Scratch.reserve(dqSums, width * PANEL);
        queryRows = Scratch.reserve(queryRows, rowPanels);
        outGradientRows = Scratch.reserve(outGradientRows, rowPanels);
        dkSums = Scratch.reserve(dkSums, sums);
        dvSums = Scratch.reserve(dvSums, sums);
    }

    /** Fills the last tile of a panel up: its rows may be those of keys that a causal query doesn't see. */
    private static void clearTile(int keys, float[] panel) {
        Arrays.fill(panel, keys * PANEL, NarrowTiles.wholeTiles(keys) * PANEL, 0f);
    }

    /** Copies the sums of all keys to the rows of the result. */
    private static void copyOut(AttentionGeometry geometry, int sumStride, float[] sums, float[] target, int at) {
        int width = geometry.width();
        int stride = geometry.rowWidth();
        int c = 0;
        for (; c + LANES <= width; c += LANES) {
            copyVectors(geometry.keys(), sums, c, sumStride, target, at + c, stride);
        }
        for (int key = 0; key < geometry.keys() && c < width; key++) {
            System.arraycopy(sums, key * sumStride + c, target, at + key * stride + c, width - c);
        }
    }

    /** Copies one vector of each row. */
    private static void copyVectors(
            int rows, float[] source, int from, int fromStride, float[] target, int to, int toStride) {
        for (int row = 0; row < rows; row++) {
            FloatVector.fromArray(SPECIES, source, from + row * fromStride).intoArray(target, to + row * toStride);
        }
    }

    /** Cuts rows into panels of PANEL columns, each PANEL rows high. */
    private static void copyRows(int count, int width, float[] source, int offset, int stride, float[] panels) {
        for (int column = 0; column < width; column += PANEL) {
            for (int i = 0; i < count; i++) {
                System.arraycopy(
                        source,
                        offset + i * stride + column,
                        panels,
                        (column + i) * PANEL,
                        Math.min(PANEL, width - column));
            }
        }
    }

    /** sums[key, c] (+)= Σᵢ columns[key, i] · rows[i, c]. */
    private static void addRows(
            int keys,
            int width,
            int count,
            float[] columns,
            float[] rows,
            float[] sums,
            int at,
            int sumStride,
            boolean add) {
        for (int column = 0; column < width; column += PANEL) {
            int vectors = TileProduct.vectors(Math.min(PANEL, width - column));
            TileProduct.multiply(
                    keys,
                    vectors,
                    count,
                    columns,
                    0,
                    PANEL,
                    1,
                    rows,
                    column * PANEL,
                    sums,
                    at + column,
                    sumStride,
                    add);
        }
    }

    private static float dot(int length, float[] a, int aOffset, float[] b, int bOffset) {
        int i = 0;
        FloatVector sums = FloatVector.zero(SPECIES);
        for (; i + LANES <= length; i += LANES) {
            sums = FloatVector.fromArray(SPECIES, a, aOffset + i)
                    .fma(FloatVector.fromArray(SPECIES, b, bOffset + i), sums);
        }
        float sum = SimdSums.sumLanes(sums);
        for (; i < length; i++) {
            sum = Math.fma(a[aOffset + i], b[bOffset + i], sum);
        }
        return sum;
    }
}
