package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.PANEL;

import jdk.incubator.vector.FloatVector;

/**
 * Keys and values laid side by side, as {@link SideMicroKernel} reads them on machines with 16 vector registers. All panels of
 * queries that share the block share the work of laying it out.
 */
final class AttentionSides implements AttentionBlock {
    private static final int ROWS = Panels.TILE_ROWS;

    private static final int LANES = Panels.LANES;

    /** Keys whose values are laid out at a time: rows far apart share few sets of the first-level cache. */
    private static final int FEW_KEYS = 16;

    /** Vectors in a row of a panel. */
    private static final int VECTORS = PANEL / LANES;

    private float[] keySides = {};
    private float[] valueSides = {};
    private int keys;
    private int width;

    @Override
    public int panelsTogether() {
        return 32;
    }

    @Override
    public int vectors(int queries) {
        return VECTORS;
    }

    @Override
    public int resultRows(int headWidth) {
        return SideMicroKernel.wholeTiles(headWidth);
    }

    @Override
    public void take(int count, int headWidth, float[] k, int kAt, float[] v, int vAt, int stride) {
        keys = count;
        width = headWidth;
        keySides = Scratch.reserve(keySides, SideMicroKernel.packedLength(keys, width));
        valueSides = Scratch.reserve(valueSides, SideMicroKernel.wholeTiles(width) * keys);
        int[] rows = Scratch.ofThread().positions(keys);
        for (int key = 0; key < keys; key++) {
            rows[key] = kAt + key * stride;
        }
        SideMicroKernel.pack(keys, width, k, rows, 0, keySides);
        int column = width / ROWS * ROWS;
        for (int from = 0; from < keys; from += FEW_KEYS) {
            int few = Math.min(FEW_KEYS, keys - from);
            for (int c = 0; c < column; c += ROWS) {
                strip(few, v, vAt + from * stride + c, stride, valueSides, c * keys + from * ROWS);
            }
        }
        for (int key = 0; key < keys && column < width; key++) {
            int to = column * keys + key * ROWS;
            for (int i = 0; i < ROWS; i++) {
                valueSides[to + i] = v[vAt + key * stride + Math.min(column + i, width - 1)];
            }
        }
    }

    /** Six values of each key. Whole vectors take more, and the next key's cover it; the last key's would reach too far. */
    private static void strip(int keys, float[] v, int from, int stride, float[] packed, int at) {
        int key = 0;
        for (; key < keys - 1 && LANES >= ROWS; key++) {
            FloatVector.fromArray(Panels.SPECIES, v, from + key * stride).intoArray(packed, at + key * ROWS);
        }
        for (; key < keys; key++) {
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

    @Override
    public void score(
            int count, int vectors, float[] queries, int queriesAt, float[] shift, int shiftAt, float[] scores) {
        for (int key = 0; key < count; key += ROWS) {
            SideMicroKernel.multiply(
                    VECTORS,
                    width,
                    keySides,
                    key * width,
                    queries,
                    queriesAt,
                    shift,
                    shiftAt,
                    0,
                    scores,
                    key * PANEL,
                    PANEL);
        }
    }

    @Override
    public void weigh(int count, int vectors, float[] scores, float[] result, int resultAt, boolean add) {
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

    @Override
    public void release() {
        // They were copied.
    }
}
