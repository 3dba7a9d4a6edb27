package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile of a sum of outer products, C += Aᵀ · B: some neighbouring columns of A times one panel of B. Both are
 * panels, {@link Panels#WIDTH} floats from row to row: with that constant C2 proves the loads in bounds once, ahead of the
 * loop, which makes it twice as fast as {@link ColumnMicroKernel}.
 */
final class OuterMicroKernel {
    /** Columns of A in a tile, fewer where there are 16 registers; a panel is a multiple of it. */
    static final int TILE = Panels.NARROW ? 3 : 4;

    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;
    private static final int WIDTH = Panels.WIDTH;

    private OuterMicroKernel() {}

    /**
     * Some columns of a panel of A times a panel of B.
     *
     * @param columns of A; C has room for whole tiles of rows
     * @param depth rows of A and B
     */
    static void multiply(
            int columns,
            int depth,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            int pitch,
            boolean add) {
        for (int column = 0; column < columns; column += TILE) {
            int to = cOffset + column * pitch;
            if (WIDTH == 4 * LANES) {
                tile4(depth, a, aOffset + column, b, bOffset, c, to, pitch, add);
            } else {
                tile3(depth, a, aOffset + column, b, bOffset, c, to, pitch, add);
            }
        }
    }

    private static void tile4(
            int depth, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int pitch, boolean add) {
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
        for (int p = 0; p < depth; p++) {
            int from = aOffset + p * WIDTH;
            int at = bOffset + p * WIDTH;
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
        }
        if (add) {
            c00 = c00.add(FloatVector.fromArray(S, c, cOffset));
            c01 = c01.add(FloatVector.fromArray(S, c, cOffset + LANES));
            c02 = c02.add(FloatVector.fromArray(S, c, cOffset + 2 * LANES));
            c03 = c03.add(FloatVector.fromArray(S, c, cOffset + 3 * LANES));
            c10 = c10.add(FloatVector.fromArray(S, c, cOffset + pitch));
            c11 = c11.add(FloatVector.fromArray(S, c, cOffset + pitch + LANES));
            c12 = c12.add(FloatVector.fromArray(S, c, cOffset + pitch + 2 * LANES));
            c13 = c13.add(FloatVector.fromArray(S, c, cOffset + pitch + 3 * LANES));
            c20 = c20.add(FloatVector.fromArray(S, c, cOffset + 2 * pitch));
            c21 = c21.add(FloatVector.fromArray(S, c, cOffset + 2 * pitch + LANES));
            c22 = c22.add(FloatVector.fromArray(S, c, cOffset + 2 * pitch + 2 * LANES));
            c23 = c23.add(FloatVector.fromArray(S, c, cOffset + 2 * pitch + 3 * LANES));
            c30 = c30.add(FloatVector.fromArray(S, c, cOffset + 3 * pitch));
            c31 = c31.add(FloatVector.fromArray(S, c, cOffset + 3 * pitch + LANES));
            c32 = c32.add(FloatVector.fromArray(S, c, cOffset + 3 * pitch + 2 * LANES));
            c33 = c33.add(FloatVector.fromArray(S, c, cOffset + 3 * pitch + 3 * LANES));
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c02.intoArray(c, cOffset + 2 * LANES);
        c03.intoArray(c, cOffset + 3 * LANES);
        c10.intoArray(c, cOffset + pitch);
        c11.intoArray(c, cOffset + pitch + LANES);
        c12.intoArray(c, cOffset + pitch + 2 * LANES);
        c13.intoArray(c, cOffset + pitch + 3 * LANES);
        c20.intoArray(c, cOffset + 2 * pitch);
        c21.intoArray(c, cOffset + 2 * pitch + LANES);
        c22.intoArray(c, cOffset + 2 * pitch + 2 * LANES);
        c23.intoArray(c, cOffset + 2 * pitch + 3 * LANES);
        c30.intoArray(c, cOffset + 3 * pitch);
        c31.intoArray(c, cOffset + 3 * pitch + LANES);
        c32.intoArray(c, cOffset + 3 * pitch + 2 * LANES);
        c33.intoArray(c, cOffset + 3 * pitch + 3 * LANES);
    }

    private static void tile3(
            int depth, float[] a, int aOffset, float[] b, int bOffset, float[] c, int cOffset, int pitch, boolean add) {
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c01 = FloatVector.zero(S);
        FloatVector c02 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c11 = FloatVector.zero(S);
        FloatVector c12 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c21 = FloatVector.zero(S);
        FloatVector c22 = FloatVector.zero(S);
        for (int p = 0; p < depth; p++) {
            int from = aOffset + p * WIDTH;
            int at = bOffset + p * WIDTH;
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector b1 = FloatVector.fromArray(S, b, at + LANES);
            FloatVector b2 = FloatVector.fromArray(S, b, at + 2 * LANES);
            FloatVector a0 = FloatVector.broadcast(S, a[from]);
            c00 = a0.fma(b0, c00);
            c01 = a0.fma(b1, c01);
            c02 = a0.fma(b2, c02);
            FloatVector a1 = FloatVector.broadcast(S, a[from + 1]);
            c10 = a1.fma(b0, c10);
            c11 = a1.fma(b1, c11);
            c12 = a1.fma(b2, c12);
            FloatVector a2 = FloatVector.broadcast(S, a[from + 2]);
            c20 = a2.fma(b0, c20);
            c21 = a2.fma(b1, c21);
            c22 = a2.fma(b2, c22);
        }
        if (add) {
            c00 = c00.add(FloatVector.fromArray(S, c, cOffset));
            c01 = c01.add(FloatVector.fromArray(S, c, cOffset + LANES));
            c02 = c02.add(FloatVector.fromArray(S, c, cOffset + 2 * LANES));
            c10 = c10.add(FloatVector.fromArray(S, c, cOffset + pitch));
            c11 = c11.add(FloatVector.fromArray(S, c, cOffset + pitch + LANES));
            c12 = c12.add(FloatVector.fromArray(S, c, cOffset + pitch + 2 * LANES));
            c20 = c20.add(FloatVector.fromArray(S, c, cOffset + 2 * pitch));
            c21 = c21.add(FloatVector.fromArray(S, c, cOffset + 2 * pitch + LANES));
            c22 = c22.add(FloatVector.fromArray(S, c, cOffset + 2 * pitch + 2 * LANES));
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c02.intoArray(c, cOffset + 2 * LANES);
        c10.intoArray(c, cOffset + pitch);
        c11.intoArray(c, cOffset + pitch + LANES);
        c12.intoArray(c, cOffset + pitch + 2 * LANES);
        c20.intoArray(c, cOffset + 2 * pitch);
        c21.intoArray(c, cOffset + 2 * pitch + LANES);
        c22.intoArray(c, cOffset + 2 * pitch + 2 * LANES);
    }
}
