package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/** Element-wise arithmetic with and without broadcasting, reductions, and copies of rows. */
public interface ElementwiseKernel {
    /** out = a op b for {@code length} values; out may be a or b. */
    void binary(
            Workers workers,
            BinaryOp op,
            int length,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] out,
            int outOffset);

    /** out = a op b with b stretched over a as the geometry says; out may be a. */
    void broadcast(
            Workers workers,
            BinaryOp op,
            BroadcastGeometry geometry,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] out,
            int outOffset);

    /**
     * The transpose of stretching: adds each a[o, m, i] to the b element that is stretched over it. b is added to, so
     * fill it first. Summed in double precision, in a fixed order.
     */
    void reduce(Workers workers, BroadcastGeometry geometry, float[] a, int aOffset, float[] b, int bOffset);

    /** out = scale · a + shift; out may be a. */
    void affine(
            Workers workers, int length, float scale, float shift, float[] a, int aOffset, float[] out, int outOffset);

    /** y += factor · x. */
    void axpy(Workers workers, int length, float factor, float[] x, int xOffset, float[] y, int yOffset);

    /** Copies rows of {@code width} values between two row strides, or adds them when accumulating. */
    void copyRows(
            Workers workers,
            int rows,
            int width,
            float[] source,
            int sourceOffset,
            int sourceStride,
            float[] target,
            int targetOffset,
            int targetStride,
            boolean accumulate);

    /** Σ a, in double precision and a fixed order. */
    double sum(Workers workers, int length, float[] a, int aOffset);

    /** Σ a·b, in double precision and a fixed order. */
    double dot(Workers workers, int length, float[] a, int aOffset, float[] b, int bOffset);
}
