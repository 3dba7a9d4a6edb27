package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile for the one or two rows that are left over: a row by itself, as the embedding of a time step is, would pay
 * for all six of {@link RowMicroKernel} or {@link SideMicroKernel}. It sums in the same order, so a row's bits stay the same.
 */
final class PairMicroKernel {
    /** Rows of a tile. */
    static final int ROWS = 2;

    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;
    private static final boolean WIDE = !Panels.NARROW;

    /** From one element of a row to the next: with 16 registers six rows stand side by side. */
    private static final int STEP = WIDE ? 1 : Panels.TILE_ROWS;

    private PairMicroKernel() {}

    /**
     * C = A · B for two rows, which may be the same, and a whole panel.
     *
     * @param k at most {@link Panels#MAX_DEPTH}
     * @param row0 where in A the first row begins; likewise {@code row1}
     * @param c receives two rows of {@link Panels#WIDTH} from its beginning
     */
    static void multiply(int k, float[] a, int row0, int row1, float[] b, int bOffset, float[] c) {
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c02 = FloatVector.zero(S);
        FloatVector c03 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c12 = FloatVector.zero(S);
        FloatVector c13 = FloatVector.zero(S);
        int depth = Math.min(k, Panels.MAX_DEPTH);
        for (int p = 0; p < depth; p++) {
            int at = bOffset + p * Panels.WIDTH;
            FloatVector a0 = FloatVector.broadcast(S, a[row0 + p * STEP]);
            FloatVector a1 = FloatVector.broadcast(S, a[row1 + p * STEP]);
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            c00 = b0.fma(a0, c00);
            c10 = b0.fma(a1, c10);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            c01 = b1.fma(a0, c01);
            c11 = b1.fma(a1, c11);
            if (WIDE) {
                FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * LANES);
                c02 = b2.fma(a0, c02);
                c12 = b2.fma(a1, c12);
                FloatVector b3 = FloatVector.fromArray(S, b, at + 3 * LANES);
                c03 = b3.fma(a0, c03);
                c13 = b3.fma(a1, c13);
            }
        }
        c00.intoArray(c, 0);
        c01.intoArray(c, LANES);
        c10.intoArray(c, Panels.WIDTH);
        c11.intoArray(c, Panels.WIDTH + LANES);
        if (WIDE) {
            c02.intoArray(c, 2 * LANES);
            c03.intoArray(c, 3 * LANES);
            c12.intoArray(c, Panels.WIDTH + 2 * LANES);
            c13.intoArray(c, Panels.WIDTH + 3 * LANES);
        }
    }
}
