package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/** Nearest-neighbour enlargement and average pooling by a whole factor, channels last; gather and scatter of rows. */
public interface ResampleKernel {
    /** y[n, i, j, c] = x[n, i / factor, j / factor, c]; x is (batch, height, width, channels). */
    void upsample(
            Workers workers,
            int batch,
            int height,
            int width,
            int channels,
            int factor,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset);

    /**
     * y[n, i, j, c] = scale · Σ over the factor × factor block of x; x is (batch, height · factor, width · factor,
     * channels), height and width those of y. Scale 1 is the gradient of {@link #upsample}, 1/factor² is average pooling.
     */
    void sumPool(
            Workers workers,
            int batch,
            int height,
            int width,
            int channels,
            int factor,
            float scale,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset);

    /** Embedding: out[r] = table[indices[r]], rows of {@code width} values. */
    void gather(Workers workers, int[] indices, int width, float[] table, int tableOffset, float[] out, int outOffset);

    /** Gradient of {@link #gather}: dTable[indices[r]] += dOut[r], in the order of r. */
    void scatterAdd(
            Workers workers, int[] indices, int width, float[] dOut, int dOutOffset, float[] dTable, int dTableOffset);
}
