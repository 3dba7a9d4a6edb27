package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.PANEL;

/**
 * A block of keys and values side by side, as {@link SideMicroKernel} reads them on machines with 16 vector registers, and
 * attention's two products with them. All panels of queries that share the block share the work of laying it out.
 */
final class AttentionSides {
    private static final int ROWS = Panels.TILE_ROWS;

    /** Vectors in a row of a panel. */
    private static final int VECTORS = PANEL / Panels.LANES;

    private float[] keySides = {};
    private float[] valueSides = {};
    private int keys;
    private int width;

    /** Takes some keys and values of one head, {@code stride} floats from one to the next. */
    void pack(int count, int headWidth, float[] k, int kAt, float[] v, int vAt, int stride) {
        keys = count;
        width = headWidth;
        keySides = Scratch.reserve(keySides, SideMicroKernel.wholeTiles(keys) * width);
        valueSides = Scratch.reserve(valueSides, SideMicroKernel.wholeTiles(width) * keys);
        int[] rows = Scratch.ofThread().positions(keys);
        for (int key = 0; key < keys; key++) {
            rows[key] = kAt + key * stride;
        }
        SideMicroKernel.pack(keys, width, k, rows, 0, keySides);
        int column = 0;
        for (; column <= width - ROWS; column += ROWS) {
            strip(keys, v, vAt + column, stride, valueSides, column * keys);
        }
        for (int key = 0; key < keys && column < width; key++) {
            int to = column * keys + key * ROWS;
            for (int i = 0; i < ROWS; i++) {
                valueSides[to + i] = v[vAt + key * stride + Math.min(column + i, width - 1)];
            }
        }
    }

    private static void strip(int keys, float[] v, int from, int stride, float[] packed, int at) {
        for (int key = 0; key < keys; key++) {
            int row = from + key * stride;
            int to = at + key * ROWS;
            packed[to] = v[row];
            packed[to + 1] = v[row + 1];
            packed[to + 2] = v[row + 2];
            packed[to + 3] = v[row + 3];
            packed[to + 4] = v[row + 4];
            packed[to + 5] = v[row + 5];
        }
    }

    /** Scores of the first keys of the block over some columns of a panel of queries, added to {@code start}. */
    void score(
            int count,
            int column,
            int depth,
            float[] queries,
            int queriesAt,
            float[] start,
            int startAt,
            int startStride,
            float[] scores) {
        for (int key = 0; key < count; key += ROWS) {
            SideMicroKernel.multiply(
                    VECTORS,
                    depth,
                    keySides,
                    key * width + column * ROWS,
                    queries,
                    queriesAt,
                    start,
                    startAt + key * startStride,
                    startStride,
                    scores,
                    key * PANEL,
                    PANEL);
        }
    }

    /** Sums of the first values of the block, weighted by a panel of scores, in whole tiles. */
    void weigh(int count, float[] scores, float[] result, int resultAt, boolean add) {
        for (int column = 0; column < width; column += ROWS) {
            int to = resultAt + column * PANEL;
            SideMicroKernel.multiply(
                    VECTORS,
                    count,
                    valueSides,
                    column * keys,
                    scores,
                    0,
                    add ? result : Panels.ZEROS,
                    add ? to : 0,
                    add ? PANEL : 0,
                    result,
                    to,
                    PANEL);
        }
    }
}
