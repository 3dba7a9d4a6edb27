package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile of a product whose left operand runs along m, as a transposed matrix does: 6 neighbouring values of A
 * at each p, times 1 to 4 vectors of B that are found through an index. Summed in the order of {@link RowMicroKernel}.
 * With 16 registers {@link NarrowMicroKernel} takes its place, save for panels of 1.
 */
final class ColumnMicroKernel {
    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;

    private ColumnMicroKernel() {}

    /** Computes 6 rows of C, or adds to what they hold. */
    static void multiply(
            int vectors,
            int k,
            float[] a,
            int aOffset,
            int aStep,
            int last,
            float[] b,
            int bOffset,
            int[] index,
            float[] c,
            int cOffset,
            int cStride,
            boolean add) {
        float[] d = add ? c : Panels.ZEROS;
        int dOffset = add ? cOffset : 0;
        int dStride = add ? cStride : 0;
        multiply(vectors, k, a, aOffset, aStep, last, b, bOffset, index, d, dOffset, dStride, c, cOffset, cStride);
    }

    /**
     * C = D + A · B for 6 rows, or as many of them as there are.
     *
     * @param aOffset where the tile's first row is at p = 0
     * @param aStep from one p to the next in A
     * @param last the last row of the tile there is, 0 to 5; the tile repeats it
     * @param index where row p of B begins, relative to {@code bOffset}
     * @param d with a row stride of 0 the same for each row, as a bias or zeros are
     * @param c receives 6 rows of {@code vectors} vectors
     */
    static void multiply(
            int vectors,
            int k,
            float[] a,
            int aOffset,
            int aStep,
            int last,
            float[] b,
            int bOffset,
            int[] index,
            float[] d,
            int dOffset,
            int dStride,
            float[] c,
            int cOffset,
            int cStride) {
        if (Panels.NARROW && vectors == 2) {
            NarrowMicroKernel.columns(
                    k, a, aOffset, aStep, last, b, bOffset, index, d, dOffset, dStride, c, cOffset, cStride);
            return;
        }
        switch (vectors) {
            case 1 -> tile1(k, a, aOffset, aStep, last, b, bOffset, index, d, dOffset, dStride, c, cOffset, cStride);
            case 2 -> tile2(k, a, aOffset, aStep, last, b, bOffset, index, d, dOffset, dStride, c, cOffset, cStride);
            case 3 -> tile3(k, a, aOffset, aStep, last, b, bOffset, index, d, dOffset, dStride, c, cOffset, cStride);
            case 4 -> tile4(k, a, aOffset, aStep, last, b, bOffset, index, d, dOffset, dStride, c, cOffset, cStride);
            default -> throw new IllegalArgumentException("a tile is 1 to 4 vectors wide, not " + vectors);
        }
    }

    private static void tile4(
            int k,
            float[] a,
            int aOffset,
            int aStep,
            int last,
            float[] b,
            int bOffset,
            int[] index,
            float[] d,
            int dOffset,
            int dStride,
            float[] c,
            int cOffset,
            int cStride) {
        int r1 = Math.min(1, last);
        int r2 = Math.min(2, last);
        int r3 = Math.min(3, last);
        int r4 = Math.min(4, last);
        int r5 = Math.min(5, last);
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
        for (int p = 0; p < k; p++) {
            int at = bOffset + index[p];
            int from = aOffset + p * aStep;
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
            FloatVector a4 = FloatVector.broadcast(S, a[from + r4]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            c42 = a4.fma(b2, c42);
            c43 = a4.fma(b3, c43);
            FloatVector a5 = FloatVector.broadcast(S, a[from + r5]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            c52 = a5.fma(b2, c52);
            c53 = a5.fma(b3, c53);
        }
        c00 = c00.add(FloatVector.fromArray(S, d, dOffset));
        c01 = c01.add(FloatVector.fromArray(S, d, dOffset + LANES));
        c02 = c02.add(FloatVector.fromArray(S, d, dOffset + 2 * LANES));
        c03 = c03.add(FloatVector.fromArray(S, d, dOffset + 3 * LANES));
        c10 = c10.add(FloatVector.fromArray(S, d, dOffset + dStride));
        c11 = c11.add(FloatVector.fromArray(S, d, dOffset + dStride + LANES));
        c12 = c12.add(FloatVector.fromArray(S, d, dOffset + dStride + 2 * LANES));
        c13 = c13.add(FloatVector.fromArray(S, d, dOffset + dStride + 3 * LANES));
        c20 = c20.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride));
        c21 = c21.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride + LANES));
        c22 = c22.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride + 2 * LANES));
        c23 = c23.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride + 3 * LANES));
        c30 = c30.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride));
        c31 = c31.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride + LANES));
        c32 = c32.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride + 2 * LANES));
        c33 = c33.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride + 3 * LANES));
        c40 = c40.add(FloatVector.fromArray(S, d, dOffset + 4 * dStride));
        c41 = c41.add(FloatVector.fromArray(S, d, dOffset + 4 * dStride + LANES));
        c42 = c42.add(FloatVector.fromArray(S, d, dOffset + 4 * dStride + 2 * LANES));
        c43 = c43.add(FloatVector.fromArray(S, d, dOffset + 4 * dStride + 3 * LANES));
        c50 = c50.add(FloatVector.fromArray(S, d, dOffset + 5 * dStride));
        c51 = c51.add(FloatVector.fromArray(S, d, dOffset + 5 * dStride + LANES));
        c52 = c52.add(FloatVector.fromArray(S, d, dOffset + 5 * dStride + 2 * LANES));
        c53 = c53.add(FloatVector.fromArray(S, d, dOffset + 5 * dStride + 3 * LANES));
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c02.intoArray(c, cOffset + 2 * LANES);
        c03.intoArray(c, cOffset + 3 * LANES);
        c10.intoArray(c, cOffset + cStride);
        c11.intoArray(c, cOffset + cStride + LANES);
        c12.intoArray(c, cOffset + cStride + 2 * LANES);
        c13.intoArray(c, cOffset + cStride + 3 * LANES);
        c20.intoArray(c, cOffset + 2 * cStride);
        c21.intoArray(c, cOffset + 2 * cStride + LANES);
        c22.intoArray(c, cOffset + 2 * cStride + 2 * LANES);
        c23.intoArray(c, cOffset + 2 * cStride + 3 * LANES);
        c30.intoArray(c, cOffset + 3 * cStride);
        c31.intoArray(c, cOffset + 3 * cStride + LANES);
        c32.intoArray(c, cOffset + 3 * cStride + 2 * LANES);
        c33.intoArray(c, cOffset + 3 * cStride + 3 * LANES);
        c40.intoArray(c, cOffset + 4 * cStride);
        c41.intoArray(c, cOffset + 4 * cStride + LANES);
        c42.intoArray(c, cOffset + 4 * cStride + 2 * LANES);
        c43.intoArray(c, cOffset + 4 * cStride + 3 * LANES);
        c50.intoArray(c, cOffset + 5 * cStride);
        c51.intoArray(c, cOffset + 5 * cStride + LANES);
        c52.intoArray(c, cOffset + 5 * cStride + 2 * LANES);
        c53.intoArray(c, cOffset + 5 * cStride + 3 * LANES);
    }

    private static void tile3(
            int k,
            float[] a,
            int aOffset,
            int aStep,
            int last,
            float[] b,
            int bOffset,
            int[] index,
            float[] d,
            int dOffset,
            int dStride,
            float[] c,
            int cOffset,
            int cStride) {
        int r1 = Math.min(1, last);
        int r2 = Math.min(2, last);
        int r3 = Math.min(3, last);
        int r4 = Math.min(4, last);
        int r5 = Math.min(5, last);
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c02 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c12 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c22 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        FloatVector c32 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c41 = FloatVector.zero(S);
        FloatVector c42 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S);
        FloatVector c51 = FloatVector.zero(S);
        FloatVector c52 = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            int at = bOffset + index[p];
            int from = aOffset + p * aStep;
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[from]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            FloatVector a1 = FloatVector.broadcast(S, a[from + r1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            FloatVector a2 = FloatVector.broadcast(S, a[from + r2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            FloatVector a3 = FloatVector.broadcast(S, a[from + r3]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            FloatVector a4 = FloatVector.broadcast(S, a[from + r4]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
            c42 = a4.fma(b2, c42);
            FloatVector a5 = FloatVector.broadcast(S, a[from + r5]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
            c52 = a5.fma(b2, c52);
        }
        c00 = c00.add(FloatVector.fromArray(S, d, dOffset));
        c01 = c01.add(FloatVector.fromArray(S, d, dOffset + LANES));
        c02 = c02.add(FloatVector.fromArray(S, d, dOffset + 2 * LANES));
        c10 = c10.add(FloatVector.fromArray(S, d, dOffset + dStride));
        c11 = c11.add(FloatVector.fromArray(S, d, dOffset + dStride + LANES));
        c12 = c12.add(FloatVector.fromArray(S, d, dOffset + dStride + 2 * LANES));
        c20 = c20.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride));
        c21 = c21.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride + LANES));
        c22 = c22.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride + 2 * LANES));
        c30 = c30.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride));
        c31 = c31.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride + LANES));
        c32 = c32.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride + 2 * LANES));
        c40 = c40.add(FloatVector.fromArray(S, d, dOffset + 4 * dStride));
        c41 = c41.add(FloatVector.fromArray(S, d, dOffset + 4 * dStride + LANES));
        c42 = c42.add(FloatVector.fromArray(S, d, dOffset + 4 * dStride + 2 * LANES));
        c50 = c50.add(FloatVector.fromArray(S, d, dOffset + 5 * dStride));
        c51 = c51.add(FloatVector.fromArray(S, d, dOffset + 5 * dStride + LANES));
        c52 = c52.add(FloatVector.fromArray(S, d, dOffset + 5 * dStride + 2 * LANES));
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c02.intoArray(c, cOffset + 2 * LANES);
        c10.intoArray(c, cOffset + cStride);
        c11.intoArray(c, cOffset + cStride + LANES);
        c12.intoArray(c, cOffset + cStride + 2 * LANES);
        c20.intoArray(c, cOffset + 2 * cStride);
        c21.intoArray(c, cOffset + 2 * cStride + LANES);
        c22.intoArray(c, cOffset + 2 * cStride + 2 * LANES);
        c30.intoArray(c, cOffset + 3 * cStride);
        c31.intoArray(c, cOffset + 3 * cStride + LANES);
        c32.intoArray(c, cOffset + 3 * cStride + 2 * LANES);
        c40.intoArray(c, cOffset + 4 * cStride);
        c41.intoArray(c, cOffset + 4 * cStride + LANES);
        c42.intoArray(c, cOffset + 4 * cStride + 2 * LANES);
        c50.intoArray(c, cOffset + 5 * cStride);
        c51.intoArray(c, cOffset + 5 * cStride + LANES);
        c52.intoArray(c, cOffset + 5 * cStride + 2 * LANES);
    }

    private static void tile2(
            int k,
            float[] a,
            int aOffset,
            int aStep,
            int last,
            float[] b,
            int bOffset,
            int[] index,
            float[] d,
            int dOffset,
            int dStride,
            float[] c,
            int cOffset,
            int cStride) {
        int r1 = Math.min(1, last);
        int r2 = Math.min(2, last);
        int r3 = Math.min(3, last);
        int r4 = Math.min(4, last);
        int r5 = Math.min(5, last);
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
        FloatVector c50 = FloatVector.zero(S);
        FloatVector c51 = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            int at = bOffset + index[p];
            int from = aOffset + p * aStep;
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
            FloatVector a5 = FloatVector.broadcast(S, a[from + r5]);
            c50 = a5.fma(b0, c50);
            c51 = a5.fma(b1, c51);
        }
        c00 = c00.add(FloatVector.fromArray(S, d, dOffset));
        c01 = c01.add(FloatVector.fromArray(S, d, dOffset + LANES));
        c10 = c10.add(FloatVector.fromArray(S, d, dOffset + dStride));
        c11 = c11.add(FloatVector.fromArray(S, d, dOffset + dStride + LANES));
        c20 = c20.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride));
        c21 = c21.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride + LANES));
        c30 = c30.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride));
        c31 = c31.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride + LANES));
        c40 = c40.add(FloatVector.fromArray(S, d, dOffset + 4 * dStride));
        c41 = c41.add(FloatVector.fromArray(S, d, dOffset + 4 * dStride + LANES));
        c50 = c50.add(FloatVector.fromArray(S, d, dOffset + 5 * dStride));
        c51 = c51.add(FloatVector.fromArray(S, d, dOffset + 5 * dStride + LANES));
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c10.intoArray(c, cOffset + cStride);
        c11.intoArray(c, cOffset + cStride + LANES);
        c20.intoArray(c, cOffset + 2 * cStride);
        c21.intoArray(c, cOffset + 2 * cStride + LANES);
        c30.intoArray(c, cOffset + 3 * cStride);
        c31.intoArray(c, cOffset + 3 * cStride + LANES);
        c40.intoArray(c, cOffset + 4 * cStride);
        c41.intoArray(c, cOffset + 4 * cStride + LANES);
        c50.intoArray(c, cOffset + 5 * cStride);
        c51.intoArray(c, cOffset + 5 * cStride + LANES);
    }

    private static void tile1(
            int k,
            float[] a,
            int aOffset,
            int aStep,
            int last,
            float[] b,
            int bOffset,
            int[] index,
            float[] d,
            int dOffset,
            int dStride,
            float[] c,
            int cOffset,
            int cStride) {
        int r1 = Math.min(1, last);
        int r2 = Math.min(2, last);
        int r3 = Math.min(3, last);
        int r4 = Math.min(4, last);
        int r5 = Math.min(5, last);
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            int at = bOffset + index[p];
            int from = aOffset + p * aStep;
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector a0 = FloatVector.broadcast(S, a[from]);
            c00 = a0.fma(b0, c00);
            FloatVector a1 = FloatVector.broadcast(S, a[from + r1]);
            c10 = a1.fma(b0, c10);
            FloatVector a2 = FloatVector.broadcast(S, a[from + r2]);
            c20 = a2.fma(b0, c20);
            FloatVector a3 = FloatVector.broadcast(S, a[from + r3]);
            c30 = a3.fma(b0, c30);
            FloatVector a4 = FloatVector.broadcast(S, a[from + r4]);
            c40 = a4.fma(b0, c40);
            FloatVector a5 = FloatVector.broadcast(S, a[from + r5]);
            c50 = a5.fma(b0, c50);
        }
        c00 = c00.add(FloatVector.fromArray(S, d, dOffset));
        c10 = c10.add(FloatVector.fromArray(S, d, dOffset + dStride));
        c20 = c20.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride));
        c30 = c30.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride));
        c40 = c40.add(FloatVector.fromArray(S, d, dOffset + 4 * dStride));
        c50 = c50.add(FloatVector.fromArray(S, d, dOffset + 5 * dStride));
        c00.intoArray(c, cOffset);
        c10.intoArray(c, cOffset + cStride);
        c20.intoArray(c, cOffset + 2 * cStride);
        c30.intoArray(c, cOffset + 3 * cStride);
        c40.intoArray(c, cOffset + 4 * cStride);
        c50.intoArray(c, cOffset + 5 * cStride);
    }
}
