package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile of products on machines with 16 vector registers: 6 rows of A, which were laid side by side, times a panel
 * of up to 2 vectors. Rows in place need an integer register each, which C2 spills to vector registers; tiles of 12 sums then go
 * through the stack (measured: 41 % of the limit, and 97 % side by side, where one integer serves all six).
 */
final class SideMicroKernel {
    /** Rows of a tile. */
    private static final int ROWS = Panels.TILE_ROWS;

    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;

    private SideMicroKernel() {}

    /** So many rows in whole tiles. */
    static int wholeTiles(int rows) {
        return (rows + ROWS - 1) / ROWS * ROWS;
    }

    /** Floats that so many rows take, packed, and what the last vector may reach over them. */
    static int packedLength(int rows, int depth) {
        return wholeTiles(rows) * depth + SideTransposition.OVERHANG;
    }

    /**
     * Lays rows side by side, six by six: element p of row i of tile t goes to {@code (t * depth + p) * 6 + i}. After the last
     * row come repetitions of it.
     *
     * @param packed of at least {@link #packedLength}
     * @param rows where in A each row begins, before {@code shift} is added
     */
    static void pack(int count, int depth, float[] a, int[] rows, int shift, float[] packed) {
        int last = count - 1;
        for (int row = 0; row < count; row += ROWS) {
            strip(
                    depth,
                    a,
                    shift + rows[row],
                    shift + rows[Math.min(row + 1, last)],
                    shift + rows[Math.min(row + 2, last)],
                    shift + rows[Math.min(row + 3, last)],
                    shift + rows[Math.min(row + 4, last)],
                    shift + rows[Math.min(row + 5, last)],
                    packed,
                    row * depth);
        }
    }

    private static void strip(
            int depth, float[] a, int r0, int r1, int r2, int r3, int r4, int r5, float[] packed, int at) {
        int whole = SideTransposition.available()
                ? SideTransposition.strip(depth, a, r0, r1, r2, r3, r4, r5, packed, at)
                : 0;
        for (int p = whole; p < depth; p++) {
            int to = at + p * ROWS;
            packed[to] = a[r0 + p];
            packed[to + 1] = a[r1 + p];
            packed[to + 2] = a[r2 + p];
            packed[to + 3] = a[r3 + p];
            packed[to + 4] = a[r4 + p];
            packed[to + 5] = a[r5 + p];
        }
    }

    /**
     * C = D + A · B for 6 rows, summed over p in order.
     *
     * @param k at most {@link Panels#MAX_DEPTH}; a constant bound lets C2 order the loop so that nothing is spilled
     * @param aOffset where the tile begins among the packed rows
     * @param d with a row stride of 0 the same for each row, as a bias or zeros are
     */
    static void multiply(
            int vectors,
            int k,
            float[] a,
            int aOffset,
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
        if (vectors == 1) {
            tile6x1(k, a, aOffset, b, bOffset, d, dOffset, dStride, c, cOffset, cStride);
        } else {
            tile6x2(k, a, aOffset, b, bOffset, d, dOffset, dStride, c, cOffset, cStride);
        }
    }

    /** A whole panel. */
    private static void tile6x2(
            int k,
            float[] a,
            int aOffset,
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
            int at = bOffset + p * (2 * LANES);
            int from = aOffset + p * ROWS;
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

    /** What is left over of a row of C. */
    private static void tile6x1(
            int k,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] d,
            int dOffset,
            int dStride,
            float[] c,
            int cOffset,
            int cStride) {
        FloatVector c00 = FloatVector.zero(S);
        FloatVector c10 = FloatVector.zero(S);
        FloatVector c20 = FloatVector.zero(S);
        FloatVector c30 = FloatVector.zero(S);
        FloatVector c40 = FloatVector.zero(S);
        FloatVector c50 = FloatVector.zero(S);
        int depth = Math.min(k, Panels.MAX_DEPTH);
        for (int p = 0; p < depth; p++) {
            int at = bOffset + p * LANES;
            int from = aOffset + p * ROWS;
            FloatVector b0 = FloatVector.fromArray(S, b, at);
            FloatVector a0 = FloatVector.broadcast(S, a[from]);
            c00 = a0.fma(b0, c00);
            FloatVector a1 = FloatVector.broadcast(S, a[from + 1]);
            c10 = a1.fma(b0, c10);
            FloatVector a2 = FloatVector.broadcast(S, a[from + 2]);
            c20 = a2.fma(b0, c20);
            FloatVector a3 = FloatVector.broadcast(S, a[from + 3]);
            c30 = a3.fma(b0, c30);
            FloatVector a4 = FloatVector.broadcast(S, a[from + 4]);
            c40 = a4.fma(b0, c40);
            FloatVector a5 = FloatVector.broadcast(S, a[from + 5]);
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
