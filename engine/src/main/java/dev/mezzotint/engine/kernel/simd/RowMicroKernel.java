package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile of a product whose left operand runs along k: 6 rows of A, read in place, times a packed panel of 1 to
 * 4 vectors. Each of the up to 24 accumulators is a local variable of its own, because C2 keeps those in registers and
 * arrays of vectors it does not. With 16 registers {@link SideMicroKernel} and {@link NarrowMicroKernel} take its place,
 * save for Winograd's panels of one vector.
 */
final class RowMicroKernel {
    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;

    private RowMicroKernel() {}

    /** Computes 6 rows of C, or adds to what they hold. */
    static void multiply(
            int vectors,
            int k,
            float[] a,
            int[] rows,
            int first,
            int last,
            int shift,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            int cStride,
            boolean add) {
        float[] d = add ? c : Panels.ZEROS;
        int dOffset = add ? cOffset : 0;
        int dStride = add ? cStride : 0;
        multiply(vectors, k, a, rows, first, last, shift, b, bOffset, d, dOffset, dStride, c, cOffset, cStride);
    }

    /**
     * C = D + A · B for 6 rows, or as many of them as there are. Every variant sums over p in order, so that a value does not
     * depend on the tile that it falls into. There is always a D: what C2 makes of a tile that may go without one costs more
     * than an addition of zeros.
     *
     * <p>The loops are bounded by a constant for C2, which otherwise puts a safepoint around them where the garbage collector
     * wants one in every loop (G1), and then orders the loads less well: 10 % of the speed. So bounded, a tile of 24 sums would
     * go through the stack if A came first in the products.
     *
     * @param k at most {@link Panels#MAX_DEPTH}
     * @param rows where in A each row begins
     * @param first index into {@code rows} of the tile's first row
     * @param last index of the last row there is; the tile repeats it
     * @param shift added to every entry of {@code rows}
     * @param d with a row stride of 0 the same for each row, as a bias or zeros are
     * @param c receives 6 rows of {@code vectors} vectors
     */
    static void multiply(
            int vectors,
            int k,
            float[] a,
            int[] rows,
            int first,
            int last,
            int shift,
            float[] b,
            int bOffset,
            float[] d,
            int dOffset,
            int dStride,
            float[] c,
            int cOffset,
            int cStride) {
        if (k > Panels.MAX_DEPTH) {
            throw new IllegalArgumentException("a tile sums over at most " + Panels.MAX_DEPTH + " rows, not " + k);
        }
        switch (vectors) {
            case 1 -> tile1(k, a, rows, first, last, shift, b, bOffset, d, dOffset, dStride, c, cOffset, cStride);
            case 2 -> tile2(k, a, rows, first, last, shift, b, bOffset, d, dOffset, dStride, c, cOffset, cStride);
            case 3 -> tile3(k, a, rows, first, last, shift, b, bOffset, d, dOffset, dStride, c, cOffset, cStride);
            case 4 -> tile4(k, a, rows, first, last, shift, b, bOffset, d, dOffset, dStride, c, cOffset, cStride);
            default -> throw new IllegalArgumentException("a tile is 1 to 4 vectors wide, not " + vectors);
        }
    }

    private static void tile4(
            int k,
            float[] a,
            int[] rows,
            int first,
            int last,
            int shift,
            float[] b,
            int bOffset,
            float[] d,
            int dOffset,
            int dStride,
            float[] c,
            int cOffset,
            int cStride) {
        int r0 = shift + rows[first];
        int r1 = shift + rows[Math.min(first + 1, last)];
        int r2 = shift + rows[Math.min(first + 2, last)];
        int r3 = shift + rows[Math.min(first + 3, last)];
        int r4 = shift + rows[Math.min(first + 4, last)];
        int r5 = shift + rows[Math.min(first + 5, last)];
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
        int depth = Math.min(k, Panels.MAX_DEPTH);
        for (int p = 0; p < depth; p++) {
            int at = bOffset + p * 4 * LANES;
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * LANES);
            FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[r0 + p]);
            c00 = b0.fma(a0, c00);
            c01 = b1.fma(a0, c01);
            c02 = b2.fma(a0, c02);
            c03 = b3.fma(a0, c03);
            FloatVector a1 = FloatVector.broadcast(S, a[r1 + p]);
            c10 = b0.fma(a1, c10);
            c11 = b1.fma(a1, c11);
            c12 = b2.fma(a1, c12);
            c13 = b3.fma(a1, c13);
            FloatVector a2 = FloatVector.broadcast(S, a[r2 + p]);
            c20 = b0.fma(a2, c20);
            c21 = b1.fma(a2, c21);
            c22 = b2.fma(a2, c22);
            c23 = b3.fma(a2, c23);
            FloatVector a3 = FloatVector.broadcast(S, a[r3 + p]);
            c30 = b0.fma(a3, c30);
            c31 = b1.fma(a3, c31);
            c32 = b2.fma(a3, c32);
            c33 = b3.fma(a3, c33);
            FloatVector a4 = FloatVector.broadcast(S, a[r4 + p]);
            c40 = b0.fma(a4, c40);
            c41 = b1.fma(a4, c41);
            c42 = b2.fma(a4, c42);
            c43 = b3.fma(a4, c43);
            FloatVector a5 = FloatVector.broadcast(S, a[r5 + p]);
            c50 = b0.fma(a5, c50);
            c51 = b1.fma(a5, c51);
            c52 = b2.fma(a5, c52);
            c53 = b3.fma(a5, c53);
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
            int[] rows,
            int first,
            int last,
            int shift,
            float[] b,
            int bOffset,
            float[] d,
            int dOffset,
            int dStride,
            float[] c,
            int cOffset,
            int cStride) {
        int r0 = shift + rows[first];
        int r1 = shift + rows[Math.min(first + 1, last)];
        int r2 = shift + rows[Math.min(first + 2, last)];
        int r3 = shift + rows[Math.min(first + 3, last)];
        int r4 = shift + rows[Math.min(first + 4, last)];
        int r5 = shift + rows[Math.min(first + 5, last)];
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
        int depth = Math.min(k, Panels.MAX_DEPTH);
        for (int p = 0; p < depth; p++) {
            int at = bOffset + p * 3 * LANES;
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[r0 + p]);
            c00 = b0.fma(a0, c00);
            c01 = b1.fma(a0, c01);
            c02 = b2.fma(a0, c02);
            FloatVector a1 = FloatVector.broadcast(S, a[r1 + p]);
            c10 = b0.fma(a1, c10);
            c11 = b1.fma(a1, c11);
            c12 = b2.fma(a1, c12);
            FloatVector a2 = FloatVector.broadcast(S, a[r2 + p]);
            c20 = b0.fma(a2, c20);
            c21 = b1.fma(a2, c21);
            c22 = b2.fma(a2, c22);
            FloatVector a3 = FloatVector.broadcast(S, a[r3 + p]);
            c30 = b0.fma(a3, c30);
            c31 = b1.fma(a3, c31);
            c32 = b2.fma(a3, c32);
            FloatVector a4 = FloatVector.broadcast(S, a[r4 + p]);
            c40 = b0.fma(a4, c40);
            c41 = b1.fma(a4, c41);
            c42 = b2.fma(a4, c42);
            FloatVector a5 = FloatVector.broadcast(S, a[r5 + p]);
            c50 = b0.fma(a5, c50);
            c51 = b1.fma(a5, c51);
            c52 = b2.fma(a5, c52);
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
            int[] rows,
            int first,
            int last,
            int shift,
            float[] b,
            int bOffset,
            float[] d,
            int dOffset,
            int dStride,
            float[] c,
            int cOffset,
            int cStride) {
        int r0 = shift + rows[first];
        int r1 = shift + rows[Math.min(first + 1, last)];
        int r2 = shift + rows[Math.min(first + 2, last)];
        int r3 = shift + rows[Math.min(first + 3, last)];
        int r4 = shift + rows[Math.min(first + 4, last)];
        int r5 = shift + rows[Math.min(first + 5, last)];
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
        int depth = Math.min(k, Panels.MAX_DEPTH);
        for (int p = 0; p < depth; p++) {
            int at = bOffset + p * 2 * LANES;
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[r0 + p]);
            c00 = b0.fma(a0, c00);
            c01 = b1.fma(a0, c01);
            FloatVector a1 = FloatVector.broadcast(S, a[r1 + p]);
            c10 = b0.fma(a1, c10);
            c11 = b1.fma(a1, c11);
            FloatVector a2 = FloatVector.broadcast(S, a[r2 + p]);
            c20 = b0.fma(a2, c20);
            c21 = b1.fma(a2, c21);
            FloatVector a3 = FloatVector.broadcast(S, a[r3 + p]);
            c30 = b0.fma(a3, c30);
            c31 = b1.fma(a3, c31);
            FloatVector a4 = FloatVector.broadcast(S, a[r4 + p]);
            c40 = b0.fma(a4, c40);
            c41 = b1.fma(a4, c41);
            FloatVector a5 = FloatVector.broadcast(S, a[r5 + p]);
            c50 = b0.fma(a5, c50);
            c51 = b1.fma(a5, c51);
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
            int[] rows,
            int first,
            int last,
            int shift,
            float[] b,
            int bOffset,
            float[] d,
            int dOffset,
            int dStride,
            float[] c,
            int cOffset,
            int cStride) {
        int r0 = shift + rows[first];
        int r1 = shift + rows[Math.min(first + 1, last)];
        int r2 = shift + rows[Math.min(first + 2, last)];
        int r3 = shift + rows[Math.min(first + 3, last)];
        int r4 = shift + rows[Math.min(first + 4, last)];
        int r5 = shift + rows[Math.min(first + 5, last)];
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S);
        int depth = Math.min(k, Panels.MAX_DEPTH);
        for (int p = 0; p < depth; p++) {
            int at = bOffset + p * LANES;
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector a0 = FloatVector.broadcast(S, a[r0 + p]);
            c00 = b0.fma(a0, c00);
            FloatVector a1 = FloatVector.broadcast(S, a[r1 + p]);
            c10 = b0.fma(a1, c10);
            FloatVector a2 = FloatVector.broadcast(S, a[r2 + p]);
            c20 = b0.fma(a2, c20);
            FloatVector a3 = FloatVector.broadcast(S, a[r3 + p]);
            c30 = b0.fma(a3, c30);
            FloatVector a4 = FloatVector.broadcast(S, a[r4 + p]);
            c40 = b0.fma(a4, c40);
            FloatVector a5 = FloatVector.broadcast(S, a[r5 + p]);
            c50 = b0.fma(a5, c50);
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
