package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tiles of 2 vectors for operands read in place on machines with 16 vector registers: fewer rows than
 * {@link SideMicroKernel} takes, since each of them needs an integer register.
 */
final class NarrowMicroKernel {
    /** Rows of the larger tile of {@link #rows}. */
    static final int ROWS = 5;

    /** Rows of the smaller one. */
    static final int FEWER_ROWS = 4;

    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;

    private NarrowMicroKernel() {}

    /** C = D + A · B, 5 rows of a whole panel, as {@link RowMicroKernel#multiply}. */
    static void rows(
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
        int depth = Math.min(k, Panels.MAX_DEPTH);
        for (int p = 0; p < depth; p++) {
            int at = bOffset + p * (2 * LANES);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[r0 + p]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(S, a[r1 + p]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(S, a[r2 + p]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(S, a[r3 + p]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
            FloatVector a4 = FloatVector.broadcast(S, a[r4 + p]);
            c40 = a4.fma(b0, c40);
            c41 = a4.fma(b1, c41);
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
    }

    /** The same, 4 rows. Bounded by a constant its loop would be slower (measured: 64 and 76 % of the limit). */
    static void fewerRows(
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
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c31 = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            int at = bOffset + p * (2 * LANES);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[r0 + p]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            FloatVector a1 = FloatVector.broadcast(S, a[r1 + p]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            FloatVector a2 = FloatVector.broadcast(S, a[r2 + p]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            FloatVector a3 = FloatVector.broadcast(S, a[r3 + p]);
            c30 = a3.fma(b0, c30);
            c31 = a3.fma(b1, c31);
        }
        c00 = c00.add(FloatVector.fromArray(S, d, dOffset));
        c01 = c01.add(FloatVector.fromArray(S, d, dOffset + LANES));
        c10 = c10.add(FloatVector.fromArray(S, d, dOffset + dStride));
        c11 = c11.add(FloatVector.fromArray(S, d, dOffset + dStride + LANES));
        c20 = c20.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride));
        c21 = c21.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride + LANES));
        c30 = c30.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride));
        c31 = c31.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride + LANES));
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c10.intoArray(c, cOffset + cStride);
        c11.intoArray(c, cOffset + cStride + LANES);
        c20.intoArray(c, cOffset + 2 * cStride);
        c21.intoArray(c, cOffset + 2 * cStride + LANES);
        c30.intoArray(c, cOffset + 3 * cStride);
        c31.intoArray(c, cOffset + 3 * cStride + LANES);
    }

    /** C = D + A · B, as {@link ColumnMicroKernel#multiply}, 6 rows of a whole panel, or 5 where there are fewer. */
    static void columns(
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
        if (last < ROWS) {
            columns5x2(k, a, aOffset, aStep, last, b, bOffset, index, d, dOffset, dStride, c, cOffset, cStride);
        } else {
            columns6x2(k, a, aOffset, aStep, b, bOffset, index, d, dOffset, dStride, c, cOffset, cStride);
        }
    }

    /** After row {@code last} come repetitions of it. */
    private static void columns5x2(
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
    }

    /** Six rows of a whole panel, A's values beside each other. */
    private static void columns6x2(
            int k,
            float[] a,
            int aOffset,
            int aStep,
            float[] b,
            int bOffset,
            int[] index,
            float[] d,
            int dOffset,
            int dStride,
            float[] c,
            int cOffset,
            int cStride) {
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
            FloatVector a5 = FloatVector.broadcast(S, a[from + 5]);
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
}
