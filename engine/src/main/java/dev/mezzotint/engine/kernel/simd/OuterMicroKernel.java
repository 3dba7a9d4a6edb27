package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tiles of a sum of outer products, C += Aᵀ · B: some neighbouring columns of A times a panel's width of B, both
 * read row by row where they lie. Offsets are added up by their strides: as products of a row and a stride they made the loads
 * slower.
 */
final class OuterMicroKernel {
    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;

    /** Columns of A in the largest tile. */
    private static final int ROWS = 6;

    /** Columns of A in the tile that takes what is left over, and in the only one where there are 16 registers. */
    private static final int FEWER_ROWS = Panels.NARROW ? 5 : 4;

    private OuterMicroKernel() {}

    /**
     * Some columns of A times {@link Panels#WIDTH} columns of B.
     *
     * @param columns of A, rows of C
     * @param depth rows of A and B
     * @param aStride floats from row to row; likewise {@code bStride} and {@code pitch}
     * @param add whether the product is added to C
     */
    static void multiply(
            int columns,
            int depth,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int pitch,
            boolean add) {
        int column = 0;
        while (column < columns) {
            int from = aOffset + column;
            int to = cOffset + column * pitch;
            int rest = columns - column;
            if (Panels.NARROW && rest >= FEWER_ROWS) {
                tile5x2(depth, a, from, aStride, b, bOffset, bStride, c, to, pitch, add);
                column += FEWER_ROWS;
            } else if (Panels.NARROW) {
                upTo5x2(rest - 1, depth, a, from, aStride, b, bOffset, bStride, c, to, pitch, add);
                column += FEWER_ROWS;
            } else if (rest < ROWS || rest == 2 * FEWER_ROWS) {
                tile4x4(rest - 1, depth, a, from, aStride, b, bOffset, bStride, c, to, pitch, add);
                column += FEWER_ROWS;
            } else {
                tile6x4(depth, a, from, aStride, b, bOffset, bStride, c, to, pitch, add);
                column += ROWS;
            }
        }
    }

    /** Six columns of A. */
    private static void tile6x4(
            int depth,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int pitch,
            boolean add) {
        int to1 = cOffset + pitch;
        int to2 = cOffset + 2 * pitch;
        int to3 = cOffset + 3 * pitch;
        int to4 = cOffset + 4 * pitch;
        int to5 = cOffset + 5 * pitch;
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c02 = FloatVector.zero(S);
        FloatVector c03 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c12 = FloatVector.zero(S);
        FloatVector c13 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c22 = FloatVector.zero(S);
        FloatVector c23 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        FloatVector c32 = FloatVector.zero(S);
        FloatVector c33 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c41 = FloatVector.zero(S);
        FloatVector c42 = FloatVector.zero(S);
        FloatVector c43 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S);
        FloatVector c51 = FloatVector.zero(S);
        FloatVector c52 = FloatVector.zero(S);
        FloatVector c53 = FloatVector.zero(S);
        int from = aOffset;
        int at = bOffset;
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * LANES);
            FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[from]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
            FloatVector a1 = FloatVector.broadcast(S, a[from + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            c13 = a1.fma(b3, c13);
            FloatVector a2 = FloatVector.broadcast(S, a[from + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            c23 = a2.fma(b3, c23);
            FloatVector a3 = FloatVector.broadcast(S, a[from + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            c33 = a3.fma(b3, c33);
            FloatVector a4 = FloatVector.broadcast(S, a[from + 4]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            c42 = a4.fma(b2, c42);
            c43 = a4.fma(b3, c43);
            FloatVector a5 = FloatVector.broadcast(S, a[from + 5]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            c52 = a5.fma(b2, c52);
            c53 = a5.fma(b3, c53);
            from += aStride;
            at += bStride;
        }
        if (add) {
            c00 = c00.add(FloatVector.fromArray(S, c, cOffset));
            c01 = c01.add(FloatVector.fromArray(S, c, cOffset + LANES));
            c02 = c02.add(FloatVector.fromArray(S, c, cOffset + 2 * LANES));
            c03 = c03.add(FloatVector.fromArray(S, c, cOffset + 3 * LANES));
            c10 = c10.add(FloatVector.fromArray(S, c, to1));
            c11 = c11.add(FloatVector.fromArray(S, c, to1 + LANES));
            c12 = c12.add(FloatVector.fromArray(S, c, to1 + 2 * LANES));
            c13 = c13.add(FloatVector.fromArray(S, c, to1 + 3 * LANES));
            c20 = c20.add(FloatVector.fromArray(S, c, to2));
            c21 = c21.add(FloatVector.fromArray(S, c, to2 + LANES));
            c22 = c22.add(FloatVector.fromArray(S, c, to2 + 2 * LANES));
            c23 = c23.add(FloatVector.fromArray(S, c, to2 + 3 * LANES));
            c30 = c30.add(FloatVector.fromArray(S, c, to3));
            c31 = c31.add(FloatVector.fromArray(S, c, to3 + LANES));
            c32 = c32.add(FloatVector.fromArray(S, c, to3 + 2 * LANES));
            c33 = c33.add(FloatVector.fromArray(S, c, to3 + 3 * LANES));
            c40 = c40.add(FloatVector.fromArray(S, c, to4));
            c41 = c41.add(FloatVector.fromArray(S, c, to4 + LANES));
            c42 = c42.add(FloatVector.fromArray(S, c, to4 + 2 * LANES));
            c43 = c43.add(FloatVector.fromArray(S, c, to4 + 3 * LANES));
            c50 = c50.add(FloatVector.fromArray(S, c, to5));
            c51 = c51.add(FloatVector.fromArray(S, c, to5 + LANES));
            c52 = c52.add(FloatVector.fromArray(S, c, to5 + 2 * LANES));
            c53 = c53.add(FloatVector.fromArray(S, c, to5 + 3 * LANES));
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c02.intoArray(c, cOffset + 2 * LANES);
        c03.intoArray(c, cOffset + 3 * LANES);
        c10.intoArray(c, to1);
        c11.intoArray(c, to1 + LANES);
        c12.intoArray(c, to1 + 2 * LANES);
        c13.intoArray(c, to1 + 3 * LANES);
        c20.intoArray(c, to2);
        c21.intoArray(c, to2 + LANES);
        c22.intoArray(c, to2 + 2 * LANES);
        c23.intoArray(c, to2 + 3 * LANES);
        c30.intoArray(c, to3);
        c31.intoArray(c, to3 + LANES);
        c32.intoArray(c, to3 + 2 * LANES);
        c33.intoArray(c, to3 + 3 * LANES);
        c40.intoArray(c, to4);
        c41.intoArray(c, to4 + LANES);
        c42.intoArray(c, to4 + 2 * LANES);
        c43.intoArray(c, to4 + 3 * LANES);
        c50.intoArray(c, to5);
        c51.intoArray(c, to5 + LANES);
        c52.intoArray(c, to5 + 2 * LANES);
        c53.intoArray(c, to5 + 3 * LANES);
    }

    /** Four columns of A; after column {@code last} come repetitions of it. */
    private static void tile4x4(
            int last,
            int depth,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int pitch,
            boolean add) {
        int r1 = Math.min(1, last);
        int r2 = Math.min(2, last);
        int r3 = Math.min(3, last);
        int to1 = cOffset + r1 * pitch;
        int to2 = cOffset + r2 * pitch;
        int to3 = cOffset + r3 * pitch;
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c02 = FloatVector.zero(S);
        FloatVector c03 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c12 = FloatVector.zero(S);
        FloatVector c13 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c22 = FloatVector.zero(S);
        FloatVector c23 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        FloatVector c32 = FloatVector.zero(S);
        FloatVector c33 = FloatVector.zero(S);
        int from = aOffset;
        int at = bOffset;
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * LANES);
            FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[from]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
            FloatVector a1 = FloatVector.broadcast(S, a[from + r1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            c13 = a1.fma(b3, c13);
            FloatVector a2 = FloatVector.broadcast(S, a[from + r2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            c23 = a2.fma(b3, c23);
            FloatVector a3 = FloatVector.broadcast(S, a[from + r3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            c33 = a3.fma(b3, c33);
            from += aStride;
            at += bStride;
        }
        if (add) {
            c00 = c00.add(FloatVector.fromArray(S, c, cOffset));
            c01 = c01.add(FloatVector.fromArray(S, c, cOffset + LANES));
            c02 = c02.add(FloatVector.fromArray(S, c, cOffset + 2 * LANES));
            c03 = c03.add(FloatVector.fromArray(S, c, cOffset + 3 * LANES));
            c10 = c10.add(FloatVector.fromArray(S, c, to1));
            c11 = c11.add(FloatVector.fromArray(S, c, to1 + LANES));
            c12 = c12.add(FloatVector.fromArray(S, c, to1 + 2 * LANES));
            c13 = c13.add(FloatVector.fromArray(S, c, to1 + 3 * LANES));
            c20 = c20.add(FloatVector.fromArray(S, c, to2));
            c21 = c21.add(FloatVector.fromArray(S, c, to2 + LANES));
            c22 = c22.add(FloatVector.fromArray(S, c, to2 + 2 * LANES));
            c23 = c23.add(FloatVector.fromArray(S, c, to2 + 3 * LANES));
            c30 = c30.add(FloatVector.fromArray(S, c, to3));
            c31 = c31.add(FloatVector.fromArray(S, c, to3 + LANES));
            c32 = c32.add(FloatVector.fromArray(S, c, to3 + 2 * LANES));
            c33 = c33.add(FloatVector.fromArray(S, c, to3 + 3 * LANES));
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c02.intoArray(c, cOffset + 2 * LANES);
        c03.intoArray(c, cOffset + 3 * LANES);
        c10.intoArray(c, to1);
        c11.intoArray(c, to1 + LANES);
        c12.intoArray(c, to1 + 2 * LANES);
        c13.intoArray(c, to1 + 3 * LANES);
        c20.intoArray(c, to2);
        c21.intoArray(c, to2 + LANES);
        c22.intoArray(c, to2 + 2 * LANES);
        c23.intoArray(c, to2 + 3 * LANES);
        c30.intoArray(c, to3);
        c31.intoArray(c, to3 + LANES);
        c32.intoArray(c, to3 + 2 * LANES);
        c33.intoArray(c, to3 + 3 * LANES);
    }

    /** Five columns of A: constant distances need one check of bounds for all, and make it 1.6 times as fast. */
    private static void tile5x2(
            int depth,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int pitch,
            boolean add) {
        int to1 = cOffset + pitch;
        int to2 = cOffset + 2 * pitch;
        int to3 = cOffset + 3 * pitch;
        int to4 = cOffset + 4 * pitch;
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c41 = FloatVector.zero(S);
        int from = aOffset;
        int at = bOffset;
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[from]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(S, a[from + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(S, a[from + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(S, a[from + 3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = FloatVector.broadcast(S, a[from + 4]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            from += aStride;
            at += bStride;
        }
        if (add) {
            c00 = c00.add(FloatVector.fromArray(S, c, cOffset));
            c01 = c01.add(FloatVector.fromArray(S, c, cOffset + LANES));
            c10 = c10.add(FloatVector.fromArray(S, c, to1));
            c11 = c11.add(FloatVector.fromArray(S, c, to1 + LANES));
            c20 = c20.add(FloatVector.fromArray(S, c, to2));
            c21 = c21.add(FloatVector.fromArray(S, c, to2 + LANES));
            c30 = c30.add(FloatVector.fromArray(S, c, to3));
            c31 = c31.add(FloatVector.fromArray(S, c, to3 + LANES));
            c40 = c40.add(FloatVector.fromArray(S, c, to4));
            c41 = c41.add(FloatVector.fromArray(S, c, to4 + LANES));
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c10.intoArray(c, to1);
        c11.intoArray(c, to1 + LANES);
        c20.intoArray(c, to2);
        c21.intoArray(c, to2 + LANES);
        c30.intoArray(c, to3);
        c31.intoArray(c, to3 + LANES);
        c40.intoArray(c, to4);
        c41.intoArray(c, to4 + LANES);
    }

    /** Up to five columns of A: after column {@code last} come repetitions of it. */
    private static void upTo5x2(
            int last,
            int depth,
            float[] a,
            int aOffset,
            int aStride,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int pitch,
            boolean add) {
        int r1 = Math.min(1, last);
        int r2 = Math.min(2, last);
        int r3 = Math.min(3, last);
        int r4 = Math.min(4, last);
        int to1 = cOffset + r1 * pitch;
        int to2 = cOffset + r2 * pitch;
        int to3 = cOffset + r3 * pitch;
        int to4 = cOffset + r4 * pitch;
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c41 = FloatVector.zero(S);
        int from = aOffset;
        int at = bOffset;
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[from]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(S, a[from + r1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(S, a[from + r2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(S, a[from + r3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = FloatVector.broadcast(S, a[from + r4]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            from += aStride;
            at += bStride;
        }
        if (add) {
            c00 = c00.add(FloatVector.fromArray(S, c, cOffset));
            c01 = c01.add(FloatVector.fromArray(S, c, cOffset + LANES));
            c10 = c10.add(FloatVector.fromArray(S, c, to1));
            c11 = c11.add(FloatVector.fromArray(S, c, to1 + LANES));
            c20 = c20.add(FloatVector.fromArray(S, c, to2));
            c21 = c21.add(FloatVector.fromArray(S, c, to2 + LANES));
            c30 = c30.add(FloatVector.fromArray(S, c, to3));
            c31 = c31.add(FloatVector.fromArray(S, c, to3 + LANES));
            c40 = c40.add(FloatVector.fromArray(S, c, to4));
            c41 = c41.add(FloatVector.fromArray(S, c, to4 + LANES));
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c10.intoArray(c, to1);
        c11.intoArray(c, to1 + LANES);
        c20.intoArray(c, to2);
        c21.intoArray(c, to2 + LANES);
        c30.intoArray(c, to3);
        c31.intoArray(c, to3 + LANES);
        c40.intoArray(c, to4);
        c41.intoArray(c, to4 + LANES);
    }
}
