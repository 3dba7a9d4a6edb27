package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tiles of machines with 16 vector registers: 3 rows of A times a panel of 3 vectors. C2 loads all that a step
 * multiplies before it multiplies, so a tile of 6 × 2, which would need 15 registers, takes 20 and goes through the stack.
 */
final class NarrowMicroKernel {
    /** Rows of a tile. */
    static final int ROWS = 3;

    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;

    private NarrowMicroKernel() {}

    /** C = D + A · B, the first 3 rows of what {@link RowMicroKernel} computes. */
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
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c02 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c12 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c22 = FloatVector.zero(S);
        for (int p = 0; p < k; p++) {
            int at = bOffset + p * 3 * LANES;
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[r0 + p]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            FloatVector a1 = FloatVector.broadcast(S, a[r1 + p]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            FloatVector a2 = FloatVector.broadcast(S, a[r2 + p]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
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
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c02.intoArray(c, cOffset + 2 * LANES);
        c10.intoArray(c, cOffset + cStride);
        c11.intoArray(c, cOffset + cStride + LANES);
        c12.intoArray(c, cOffset + cStride + 2 * LANES);
        c20.intoArray(c, cOffset + 2 * cStride);
        c21.intoArray(c, cOffset + 2 * cStride + LANES);
        c22.intoArray(c, cOffset + 2 * cStride + 2 * LANES);
    }

    /** C = D + A · B, the first 3 rows of what {@link ColumnMicroKernel} computes. */
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
        int r1 = Math.min(1, last);
        int r2 = Math.min(2, last);
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c02 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c12 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c22 = FloatVector.zero(S);
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
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c02.intoArray(c, cOffset + 2 * LANES);
        c10.intoArray(c, cOffset + cStride);
        c11.intoArray(c, cOffset + cStride + LANES);
        c12.intoArray(c, cOffset + cStride + 2 * LANES);
        c20.intoArray(c, cOffset + 2 * cStride);
        c21.intoArray(c, cOffset + 2 * cStride + LANES);
        c22.intoArray(c, cOffset + 2 * cStride + 2 * LANES);
    }
}
