package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.PANEL;

/** Keys and values read in place, row by row, on machines with 32 vector registers. */
final class AttentionRows implements AttentionBlock {
    private static final float[] NONE = {};

    private int width;
    private int stride;
    private float[] k = NONE;
    private int kAt;
    private float[] v = NONE;
    private int vAt;

    @Override
    public int panelsTogether() {
        return 4;
    }

    @Override
    public int vectors(int queries) {
        return TileProduct.vectors(queries);
    }

    @Override
    public int resultRows(int headWidth) {
        return headWidth;
    }

    @Override
    public void take(
            int keys, int headWidth, float[] keyRows, int keysAt, float[] valueRows, int valuesAt, int rowStride) {
        width = headWidth;
        stride = rowStride;
        k = keyRows;
        kAt = keysAt;
        v = valueRows;
        vAt = valuesAt;
    }

    @Override
    public void score(
            int keys, int vectors, float[] queries, int queriesAt, float[] shift, int shiftAt, float[] scores) {
        TileProduct.multiplyFrom(
                shift, shiftAt, keys, vectors, width, k, kAt, stride, queries, queriesAt, scores, 0, PANEL);
    }

    @Override
    public void weigh(int keys, int vectors, float[] scores, float[] result, int resultAt, boolean add) {
        TileProduct.multiply(width, vectors, keys, v, vAt, 1, stride, scores, 0, result, resultAt, PANEL, add);
    }

    @Override
    public void release() {
        k = NONE;
        v = NONE;
    }
}
