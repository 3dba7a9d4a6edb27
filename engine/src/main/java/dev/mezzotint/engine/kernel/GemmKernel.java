package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/**
 * Matrix product C[m×n] = A[m×k] · B[k×n]. The left operand is read in place through two strides (so it may be
 * transposed), the right operand is packed beforehand into a layout that the implementation chooses; weights are packed
 * once and used many times.
 */
public interface GemmKernel {
    /** Number of elements that a packed right operand of {@code k} rows and {@code n} columns takes. */
    int packedLength(int k, int n);

    /**
     * How many columns can be packed on their own: if {@code j} is a multiple of it, the columns from {@code j} begin at
     * {@code j * k} of the packed operand, just as if they were a matrix of their own.
     */
    int packedColumns();

    /**
     * Packs B, whose element (p, j) is {@code b[bOffset + p * rowStride + j * columnStride]}.
     *
     * @param packed receives {@link #packedLength} floats from {@code packedOffset}
     */
    void pack(
            Workers workers,
            int k,
            int n,
            float[] b,
            int bOffset,
            int rowStride,
            int columnStride,
            float[] packed,
            int packedOffset);

    /**
     * Packs a stretch of rows of at most {@link #packedColumns} columns of B, on the calling thread, where B is kept in
     * 16 bits an element. Element i of column j of the stretch is {@code b[j * pitch + i]} and stands in row {@code
     * rows[from + i]} of B.
     *
     * @param k rows of B
     * @param count rows in the stretch
     * @param packed receives them; the packed columns begin at {@code packedOffset}
     */
    void packHalves(
            int k,
            int columns,
            short[] b,
            int pitch,
            int[] rows,
            int from,
            int count,
            short[] packed,
            int packedOffset);

    /**
     * Computes C from A, whose element (i, p) is {@code a[aOffset + i * aRowStride + p * aColumnStride]}, and a packed
     * B. Element (i, j) of C is {@code c[cOffset + i * cRowStride + j]}.
     */
    void multiply(
            Workers workers,
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            PackedOperand packed,
            float[] c,
            int cOffset,
            int cRowStride,
            Epilogue epilogue);
}
