package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The products of {@link WinogradPass}: {@link RowMicroKernel}'s tiles, and tiles of 4 rows of a whole panel, since
 * a small image has only 4, 8 or 16 tiles.
 */
final class WinogradMicroKernel {
    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;

    private WinogradMicroKernel() {}

    /**
     * C (+)= A · B.
     *
     * @param rows where in A each row begins, before {@code shift} is added
     * @param count how many rows
     * @param c receives them densely, and up to 5 rows beyond
     */
    static void multiply(
            int vectors,
            int k,
            float[] a,
            int[] rows,
            int count,
            int shift,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            boolean add) {
        int width = vectors * LANES;
        if (Panels.NARROW && vectors == 2) {
            narrow(k, a, rows, count, shift, b, bOffset, c, cOffset, add);
            return;
        }
        int sixes = vectors == 4 ? sixes(count) : count;
        int row = 0;
        for (; row < sixes; row += 6) {
            int at = cOffset + row * width;
            RowMicroKernel.multiply(vectors, k, a, rows, row, count - 1, shift, b, bOffset, c, at, width, add);
        }
        for (; row < count; row += 4) {
            tile(k, a, rows, row, count - 1, shift, b, bOffset, c, cOffset + row * width, add);
        }
    }

    /** Rows that go to tiles of 6; tiles of 4 cover the rest, if they cover it better. */
    private static int sixes(int count) {
        int left = count % 6;
        boolean two = (left == 1 || left == 2) && count > 6;
        return left == 0 || left == 5 ? count : two ? count - left - 6 : count - left;
    }

    /** The same with 16 registers: tiles of 5 rows, and of 4 where they cover the rest better. */
    private static void narrow(
            int k,
            float[] a,
            int[] rows,
            int count,
            int shift,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            boolean add) {
        float[] d = add ? c : Panels.ZEROS;
        int dStride = add ? Panels.WIDTH : 0;
        int missing = NarrowMicroKernel.ROWS - 1 - (count + NarrowMicroKernel.ROWS - 1) % NarrowMicroKernel.ROWS;
        int fours = Math.min(missing, (count + 3) / 4) * NarrowMicroKernel.FEWER_ROWS;
        int row = 0;
        while (row < count) {
            int at = cOffset + row * Panels.WIDTH;
            int from = add ? at : 0;
            if (count - row <= fours) {
                NarrowMicroKernel.fewerRows(
                        k, a, rows, row, count - 1, shift, b, bOffset, d, from, dStride, c, at, Panels.WIDTH);
                row += NarrowMicroKernel.FEWER_ROWS;
            } else {
                NarrowMicroKernel.rows(
                        k, a, rows, row, count - 1, shift, b, bOffset, d, from, dStride, c, at, Panels.WIDTH);
                row += NarrowMicroKernel.ROWS;
            }
        }
    }

    private static void tile(
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
            boolean add) {
        int r0 = shift + rows[first];
        int r1 = shift + rows[Math.min(first + 1, last)];
        int r2 = shift + rows[Math.min(first + 2, last)];
        int r3 = shift + rows[Math.min(first + 3, last)];
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
        for (int p = 0; p < k; p++) {
            int at = bOffset + p * 4 * LANES;
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * LANES);
            FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[r0 + p]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            c03 = a0.fma(b3, c03);
            FloatVector a1 = FloatVector.broadcast(S, a[r1 + p]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            c13 = a1.fma(b3, c13);
            FloatVector a2 = FloatVector.broadcast(S, a[r2 + p]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
            c23 = a2.fma(b3, c23);
            FloatVector a3 = FloatVector.broadcast(S, a[r3 + p]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            c32 = a3.fma(b2, c32);
            c33 = a3.fma(b3, c33);
        }
        if (add) {
            c00 = c00.add(FloatVector.fromArray(S, c, cOffset));
            c01 = c01.add(FloatVector.fromArray(S, c, cOffset + LANES));
            c02 = c02.add(FloatVector.fromArray(S, c, cOffset + 2 * LANES));
            c03 = c03.add(FloatVector.fromArray(S, c, cOffset + 3 * LANES));
            c10 = c10.add(FloatVector.fromArray(S, c, cOffset + 4 * LANES));
            c11 = c11.add(FloatVector.fromArray(S, c, cOffset + 5 * LANES));
            c12 = c12.add(FloatVector.fromArray(S, c, cOffset + 6 * LANES));
            c13 = c13.add(FloatVector.fromArray(S, c, cOffset + 7 * LANES));
            c20 = c20.add(FloatVector.fromArray(S, c, cOffset + 8 * LANES));
            c21 = c21.add(FloatVector.fromArray(S, c, cOffset + 9 * LANES));
            c22 = c22.add(FloatVector.fromArray(S, c, cOffset + 10 * LANES));
            c23 = c23.add(FloatVector.fromArray(S, c, cOffset + 11 * LANES));
            c30 = c30.add(FloatVector.fromArray(S, c, cOffset + 12 * LANES));
            c31 = c31.add(FloatVector.fromArray(S, c, cOffset + 13 * LANES));
            c32 = c32.add(FloatVector.fromArray(S, c, cOffset + 14 * LANES));
            c33 = c33.add(FloatVector.fromArray(S, c, cOffset + 15 * LANES));
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c02.intoArray(c, cOffset + 2 * LANES);
        c03.intoArray(c, cOffset + 3 * LANES);
        c10.intoArray(c, cOffset + 4 * LANES);
        c11.intoArray(c, cOffset + 5 * LANES);
        c12.intoArray(c, cOffset + 6 * LANES);
        c13.intoArray(c, cOffset + 7 * LANES);
        c20.intoArray(c, cOffset + 8 * LANES);
        c21.intoArray(c, cOffset + 9 * LANES);
        c22.intoArray(c, cOffset + 10 * LANES);
        c23.intoArray(c, cOffset + 11 * LANES);
        c30.intoArray(c, cOffset + 12 * LANES);
        c31.intoArray(c, cOffset + 13 * LANES);
        c32.intoArray(c, cOffset + 14 * LANES);
        c33.intoArray(c, cOffset + 15 * LANES);
    }
}
