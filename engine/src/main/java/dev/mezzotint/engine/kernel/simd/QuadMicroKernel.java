package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * As {@link PairMicroKernel}, for the three or four rows that are left over: of 64 or 256 rows, as of any power of two, sixes
 * leave two or four.
 */
final class QuadMicroKernel {
    /** Rows of a tile. */
    static final int ROWS = 4;

    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;
    private static final boolean WIDE = !Panels.NARROW;

    /** From one element of a row to the next: with 16 registers six rows stand side by side. */
    private static final int STEP = WIDE ? 1 : Panels.TILE_ROWS;

    private QuadMicroKernel() {}

    /**
     * C = D + A · B for four rows, some of which may be the same, and a whole panel.
     *
     * @param k at most {@link Panels#MAX_DEPTH}
     * @param row0 where in A the first row begins; likewise the others
     * @param d with a row stride of 0 the same for each row, as a bias or zeros are
     */
    static void multiply(
            int k,
            float[] a,
            int row0,
            int row1,
            int row2,
            int row3,
            float[] b,
            int bOffset,
            float[] d,
            int dOffset,
            int dStride,
            float[] c,
            int cOffset,
            int cStride) {
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
        int depth = Math.min(k, Panels.MAX_DEPTH);
        for (int p = 0; p < depth; p++) {
            int at = bOffset + p * Panels.WIDTH;
            FloatVector a0 = FloatVector.broadcast(S, a[row0 + p * STEP]);
            FloatVector a1 = FloatVector.broadcast(S, a[row1 + p * STEP]);
            FloatVector a2 = FloatVector.broadcast(S, a[row2 + p * STEP]);
            FloatVector a3 = FloatVector.broadcast(S, a[row3 + p * STEP]);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            c00 = b0.fma(a0, c00);
            c10 = b0.fma(a1, c10);
            c20 = b0.fma(a2, c20);
            c30 = b0.fma(a3, c30);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            c01 = b1.fma(a0, c01);
            c11 = b1.fma(a1, c11);
            c21 = b1.fma(a2, c21);
            c31 = b1.fma(a3, c31);
            if (WIDE) {
                FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * LANES);
                c02 = b2.fma(a0, c02);
                c12 = b2.fma(a1, c12);
                c22 = b2.fma(a2, c22);
                c32 = b2.fma(a3, c32);
                FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * LANES);
                c03 = b3.fma(a0, c03);
                c13 = b3.fma(a1, c13);
                c23 = b3.fma(a2, c23);
                c33 = b3.fma(a3, c33);
            }
        }
        c00.add(FloatVector.fromArray(S, d, dOffset)).intoArray(c, cOffset);
        c01.add(FloatVector.fromArray(S, d, dOffset + LANES)).intoArray(c, cOffset + LANES);
        c10.add(FloatVector.fromArray(S, d, dOffset + dStride)).intoArray(c, cOffset + cStride);
        c11.add(FloatVector.fromArray(S, d, dOffset + dStride + LANES)).intoArray(c, cOffset + cStride + LANES);
        c20.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride)).intoArray(c, cOffset + 2 * cStride);
        c21.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride + LANES)).intoArray(c, cOffset + 2 * cStride + LANES);
        c30.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride)).intoArray(c, cOffset + 3 * cStride);
        c31.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride + LANES)).intoArray(c, cOffset + 3 * cStride + LANES);
        if (WIDE) {
            c02.add(FloatVector.fromArray(S, d, dOffset + 2 * LANES)).intoArray(c, cOffset + 2 * LANES);
            c03.add(FloatVector.fromArray(S, d, dOffset + 3 * LANES)).intoArray(c, cOffset + 3 * LANES);
            c12.add(FloatVector.fromArray(S, d, dOffset + dStride + 2 * LANES))
                    .intoArray(c, cOffset + cStride + 2 * LANES);
            c13.add(FloatVector.fromArray(S, d, dOffset + dStride + 3 * LANES))
                    .intoArray(c, cOffset + cStride + 3 * LANES);
            c22.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride + 2 * LANES))
                    .intoArray(c, cOffset + 2 * cStride + 2 * LANES);
            c23.add(FloatVector.fromArray(S, d, dOffset + 2 * dStride + 3 * LANES))
                    .intoArray(c, cOffset + 2 * cStride + 3 * LANES);
            c32.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride + 2 * LANES))
                    .intoArray(c, cOffset + 3 * cStride + 2 * LANES);
            c33.add(FloatVector.fromArray(S, d, dOffset + 3 * dStride + 3 * LANES))
                    .intoArray(c, cOffset + 3 * cStride + 3 * LANES);
        }
    }
}
