package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The small products that attention is made of: C[rows × columns] = A[rows × depth] · B[depth × columns], or C += A · B.
 *
 * <p>A is read in place through two strides, one of which is 1. B is a panel: rows of {@link #PANEL} floats, of which the
 * first {@code vectors} vectors count. The constant row length lets C2 prove the loads in bounds once, ahead of the loop
 * (measured: 203 instead of 155 GFLOP/s at depth 32). Vector lanes run along columns.
 *
 * <p>The tiles are spelled out because accumulators live in registers only as local variables, and a vector that is
 * passed to a method that C2 does not inline becomes an object.
 */
final class TileProduct {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    /** Whether there are 32 vector registers, as AVX-512 and NEON have; otherwise there are 16. */
    static final boolean MANY_REGISTERS = !Panels.NARROW;

    /** Floats in a row of a panel: as many as a tile takes. */
    static final int PANEL = Panels.WIDTH;

    private static final float[] ZEROS = new float[PANEL];
    private static final float[] NONE = {};

    private TileProduct() {}

    /** How many vectors hold {@code columns} floats. */
    static int vectors(int columns) {
        return (columns + LANES - 1) / LANES;
    }

    /**
     * Multiplies. Element (i, p) of A is {@code a[aOffset + i * aRow + p * aDepth]}; element (i, j) of C is {@code
     * c[cOffset + i * cRow + j]}.
     *
     * @param vectors columns in vectors, at most 4; if it is odd, what stands in the vector after the last column of C may
     *     be overwritten
     * @param accumulate whether the product is added to C
     */
    static void multiply(
            int rows,
            int vectors,
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            int cRow,
            boolean accumulate) {
        run(rows, vectors, depth, a, aOffset, aRow, aDepth, b, bOffset, ZEROS, 0, c, cOffset, cRow, accumulate, NONE);
    }

    /**
     * Multiplies with {@code a} contiguous along the depth, and adds to each row of the product the panel's row that stands
     * in {@code first} from {@code firstOffset} on.
     */
    static void multiplyFrom(
            float[] first,
            int firstOffset,
            int rows,
            int vectors,
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            int cRow) {
        run(rows, vectors, depth, a, aOffset, aRow, 1, b, bOffset, first, firstOffset, c, cOffset, cRow, false, NONE);
    }

    /** As {@link #multiplyFrom}; the sums are then multiplied by {@code factors}, a panel like C. */
    static void multiplyFromTimes(
            float[] first,
            int firstOffset,
            float[] factors,
            int rows,
            int vectors,
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            float[] b,
            int bOffset,
            float[] c) {
        if (MANY_REGISTERS && vectors == 4) {
            run(rows, vectors, depth, a, aOffset, aRow, 1, b, bOffset, first, firstOffset, c, 0, PANEL, false, factors);
            return;
        }
        run(rows, vectors, depth, a, aOffset, aRow, 1, b, bOffset, first, firstOffset, c, 0, PANEL, false, NONE);
        for (int lane = 0; lane < vectors * LANES; lane += LANES) {
            for (int at = lane; at < rows * PANEL; at += PANEL) {
                FloatVector.fromArray(SPECIES, c, at)
                        .mul(FloatVector.fromArray(SPECIES, factors, at))
                        .intoArray(c, at);
            }
        }
    }

    private static void run(
            int rows,
            int vectors,
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            float[] first,
            int firstOffset,
            float[] c,
            int cOffset,
            int cRow,
            boolean accumulate,
            float[] factors) {
        int done = 0;
        if (MANY_REGISTERS && vectors == 4) {
            done = aDepth == 1
                    ? WideTiles.multiply(
                            rows,
                            depth,
                            a,
                            aOffset,
                            aRow,
                            b,
                            bOffset,
                            first,
                            firstOffset,
                            c,
                            cOffset,
                            cRow,
                            accumulate,
                            factors)
                    : TransposedWideTiles.multiply(
                            rows, depth, a, aOffset, aDepth, b, bOffset, c, cOffset, cRow, accumulate);
        }
        float[] start = accumulate ? c : first;
        int startRow = accumulate ? cRow : 0;
        for (int vector = 0; vector < vectors; vector += 2) {
            boolean single = vector + 1 == vectors;
            int bColumn = bOffset + vector * LANES;
            int cColumn = cOffset + vector * LANES;
            int firstColumn = firstOffset + vector * LANES;
            int row = done;
            // With 16 registers 8 rows of two vectors do not fit: tiles of 4 are faster by a quarter.
            for (; row + 8 <= rows && (MANY_REGISTERS || single); row += 8) {
                int ai = aOffset + row * aRow;
                int ci = cColumn + row * cRow;
                int si = accumulate ? ci : firstColumn;
                if (single) {
                    tile8x1(depth, a, ai, aRow, aDepth, b, bColumn, start, si, startRow, c, ci, cRow);
                } else if (aDepth == 1) {
                    tile8x2(depth, a, ai, aRow, b, bColumn, start, si, startRow, c, ci, cRow);
                } else if (aRow == 1) {
                    tile8x2Transposed(depth, a, ai, aDepth, b, bColumn, start, si, startRow, c, ci, cRow);
                } else {
                    throw new IllegalArgumentException("tile product: one stride of A must be 1");
                }
            }
            for (; row + 4 <= rows; row += 4) {
                int ci = cColumn + row * cRow;
                int si = accumulate ? ci : firstColumn;
                tile4x2(depth, a, aOffset + row * aRow, aRow, aDepth, b, bColumn, start, si, startRow, c, ci, cRow);
            }
            for (; row < rows; row++) {
                int ci = cColumn + row * cRow;
                int si = accumulate ? ci : firstColumn;
                tile1x2(depth, a, aOffset + row * aRow, aDepth, b, bColumn, start, si, c, ci);
            }
        }
    }

    /** Rows of A contiguous along the depth. */
    private static void tile8x2(
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            float[] b,
            int bOffset,
            float[] start,
            int startOffset,
            int startRow,
            float[] c,
            int cOffset,
            int cRow) {
        FloatVector c00 = FloatVector.fromArray(SPECIES, start, startOffset);
        FloatVector c01 = FloatVector.fromArray(SPECIES, start, startOffset + LANES);
        FloatVector c10 = FloatVector.fromArray(SPECIES, start, startOffset + startRow);
        FloatVector c11 = FloatVector.fromArray(SPECIES, start, startOffset + startRow + LANES);
        FloatVector c20 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startRow);
        FloatVector c21 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startRow + LANES);
        FloatVector c30 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startRow);
        FloatVector c31 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startRow + LANES);
        FloatVector c40 = FloatVector.fromArray(SPECIES, start, startOffset + 4 * startRow);
        FloatVector c41 = FloatVector.fromArray(SPECIES, start, startOffset + 4 * startRow + LANES);
        FloatVector c50 = FloatVector.fromArray(SPECIES, start, startOffset + 5 * startRow);
        FloatVector c51 = FloatVector.fromArray(SPECIES, start, startOffset + 5 * startRow + LANES);
        FloatVector c60 = FloatVector.fromArray(SPECIES, start, startOffset + 6 * startRow);
        FloatVector c61 = FloatVector.fromArray(SPECIES, start, startOffset + 6 * startRow + LANES);
        FloatVector c70 = FloatVector.fromArray(SPECIES, start, startOffset + 7 * startRow);
        FloatVector c71 = FloatVector.fromArray(SPECIES, start, startOffset + 7 * startRow + LANES);
        int a1 = aOffset + aRow;
        int a2 = aOffset + 2 * aRow;
        int a3 = aOffset + 3 * aRow;
        int a4 = aOffset + 4 * aRow;
        int a5 = aOffset + 5 * aRow;
        int a6 = aOffset + 6 * aRow;
        int a7 = aOffset + 7 * aRow;
        for (int p = 0; p < depth; p++) {
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL + LANES);
            FloatVector x = FloatVector.broadcast(SPECIES, a[aOffset + p]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(SPECIES, a[a1 + p]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(SPECIES, a[a2 + p]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(SPECIES, a[a3 + p]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(SPECIES, a[a4 + p]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(SPECIES, a[a5 + p]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = FloatVector.broadcast(SPECIES, a[a6 + p]);
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = FloatVector.broadcast(SPECIES, a[a7 + p]);
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c10.intoArray(c, cOffset + cRow);
        c11.intoArray(c, cOffset + cRow + LANES);
        c20.intoArray(c, cOffset + 2 * cRow);
        c21.intoArray(c, cOffset + 2 * cRow + LANES);
        c30.intoArray(c, cOffset + 3 * cRow);
        c31.intoArray(c, cOffset + 3 * cRow + LANES);
        c40.intoArray(c, cOffset + 4 * cRow);
        c41.intoArray(c, cOffset + 4 * cRow + LANES);
        c50.intoArray(c, cOffset + 5 * cRow);
        c51.intoArray(c, cOffset + 5 * cRow + LANES);
        c60.intoArray(c, cOffset + 6 * cRow);
        c61.intoArray(c, cOffset + 6 * cRow + LANES);
        c70.intoArray(c, cOffset + 7 * cRow);
        c71.intoArray(c, cOffset + 7 * cRow + LANES);
    }

    /** Columns of A contiguous along the rows. */
    private static void tile8x2Transposed(
            int depth,
            float[] a,
            int aOffset,
            int aDepth,
            float[] b,
            int bOffset,
            float[] start,
            int startOffset,
            int startRow,
            float[] c,
            int cOffset,
            int cRow) {
        FloatVector c00 = FloatVector.fromArray(SPECIES, start, startOffset);
        FloatVector c01 = FloatVector.fromArray(SPECIES, start, startOffset + LANES);
        FloatVector c10 = FloatVector.fromArray(SPECIES, start, startOffset + startRow);
        FloatVector c11 = FloatVector.fromArray(SPECIES, start, startOffset + startRow + LANES);
        FloatVector c20 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startRow);
        FloatVector c21 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startRow + LANES);
        FloatVector c30 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startRow);
        FloatVector c31 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startRow + LANES);
        FloatVector c40 = FloatVector.fromArray(SPECIES, start, startOffset + 4 * startRow);
        FloatVector c41 = FloatVector.fromArray(SPECIES, start, startOffset + 4 * startRow + LANES);
        FloatVector c50 = FloatVector.fromArray(SPECIES, start, startOffset + 5 * startRow);
        FloatVector c51 = FloatVector.fromArray(SPECIES, start, startOffset + 5 * startRow + LANES);
        FloatVector c60 = FloatVector.fromArray(SPECIES, start, startOffset + 6 * startRow);
        FloatVector c61 = FloatVector.fromArray(SPECIES, start, startOffset + 6 * startRow + LANES);
        FloatVector c70 = FloatVector.fromArray(SPECIES, start, startOffset + 7 * startRow);
        FloatVector c71 = FloatVector.fromArray(SPECIES, start, startOffset + 7 * startRow + LANES);
        for (int p = 0; p < depth; p++) {
            int step = aOffset + p * aDepth;
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL + LANES);
            FloatVector x = FloatVector.broadcast(SPECIES, a[step]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(SPECIES, a[step + 1]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(SPECIES, a[step + 2]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(SPECIES, a[step + 3]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(SPECIES, a[step + 4]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(SPECIES, a[step + 5]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = FloatVector.broadcast(SPECIES, a[step + 6]);
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = FloatVector.broadcast(SPECIES, a[step + 7]);
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c10.intoArray(c, cOffset + cRow);
        c11.intoArray(c, cOffset + cRow + LANES);
        c20.intoArray(c, cOffset + 2 * cRow);
        c21.intoArray(c, cOffset + 2 * cRow + LANES);
        c30.intoArray(c, cOffset + 3 * cRow);
        c31.intoArray(c, cOffset + 3 * cRow + LANES);
        c40.intoArray(c, cOffset + 4 * cRow);
        c41.intoArray(c, cOffset + 4 * cRow + LANES);
        c50.intoArray(c, cOffset + 5 * cRow);
        c51.intoArray(c, cOffset + 5 * cRow + LANES);
        c60.intoArray(c, cOffset + 6 * cRow);
        c61.intoArray(c, cOffset + 6 * cRow + LANES);
        c70.intoArray(c, cOffset + 7 * cRow);
        c71.intoArray(c, cOffset + 7 * cRow + LANES);
    }

    /** One vector of columns, any strides. */
    private static void tile8x1(
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            float[] start,
            int startOffset,
            int startRow,
            float[] c,
            int cOffset,
            int cRow) {
        FloatVector c0 = FloatVector.fromArray(SPECIES, start, startOffset);
        FloatVector c1 = FloatVector.fromArray(SPECIES, start, startOffset + startRow);
        FloatVector c2 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startRow);
        FloatVector c3 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startRow);
        FloatVector c4 = FloatVector.fromArray(SPECIES, start, startOffset + 4 * startRow);
        FloatVector c5 = FloatVector.fromArray(SPECIES, start, startOffset + 5 * startRow);
        FloatVector c6 = FloatVector.fromArray(SPECIES, start, startOffset + 6 * startRow);
        FloatVector c7 = FloatVector.fromArray(SPECIES, start, startOffset + 7 * startRow);
        int a1 = aOffset + aRow;
        int a2 = aOffset + 2 * aRow;
        int a3 = aOffset + 3 * aRow;
        int a4 = aOffset + 4 * aRow;
        int a5 = aOffset + 5 * aRow;
        int a6 = aOffset + 6 * aRow;
        int a7 = aOffset + 7 * aRow;
        for (int p = 0; p < depth; p++) {
            int step = p * aDepth;
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL);
            FloatVector x = FloatVector.broadcast(SPECIES, a[aOffset + step]);
            c0 = x.fma(b0, c0);
            x = FloatVector.broadcast(SPECIES, a[a1 + step]);
            c1 = x.fma(b0, c1);
            x = FloatVector.broadcast(SPECIES, a[a2 + step]);
            c2 = x.fma(b0, c2);
            x = FloatVector.broadcast(SPECIES, a[a3 + step]);
            c3 = x.fma(b0, c3);
            x = FloatVector.broadcast(SPECIES, a[a4 + step]);
            c4 = x.fma(b0, c4);
            x = FloatVector.broadcast(SPECIES, a[a5 + step]);
            c5 = x.fma(b0, c5);
            x = FloatVector.broadcast(SPECIES, a[a6 + step]);
            c6 = x.fma(b0, c6);
            x = FloatVector.broadcast(SPECIES, a[a7 + step]);
            c7 = x.fma(b0, c7);
        }
        c0.intoArray(c, cOffset);
        c1.intoArray(c, cOffset + cRow);
        c2.intoArray(c, cOffset + 2 * cRow);
        c3.intoArray(c, cOffset + 3 * cRow);
        c4.intoArray(c, cOffset + 4 * cRow);
        c5.intoArray(c, cOffset + 5 * cRow);
        c6.intoArray(c, cOffset + 6 * cRow);
        c7.intoArray(c, cOffset + 7 * cRow);
    }

    /** Four rows that are left over, any strides. */
    private static void tile4x2(
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            int aDepth,
            float[] b,
            int bOffset,
            float[] start,
            int startOffset,
            int startRow,
            float[] c,
            int cOffset,
            int cRow) {
        FloatVector c00 = FloatVector.fromArray(SPECIES, start, startOffset);
        FloatVector c01 = FloatVector.fromArray(SPECIES, start, startOffset + LANES);
        FloatVector c10 = FloatVector.fromArray(SPECIES, start, startOffset + startRow);
        FloatVector c11 = FloatVector.fromArray(SPECIES, start, startOffset + startRow + LANES);
        FloatVector c20 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startRow);
        FloatVector c21 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * startRow + LANES);
        FloatVector c30 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startRow);
        FloatVector c31 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * startRow + LANES);
        int a1 = aOffset + aRow;
        int a2 = aOffset + 2 * aRow;
        int a3 = aOffset + 3 * aRow;
        for (int p = 0; p < depth; p++) {
            int step = p * aDepth;
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL + LANES);
            FloatVector x = FloatVector.broadcast(SPECIES, a[aOffset + step]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(SPECIES, a[a1 + step]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(SPECIES, a[a2 + step]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(SPECIES, a[a3 + step]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c10.intoArray(c, cOffset + cRow);
        c11.intoArray(c, cOffset + cRow + LANES);
        c20.intoArray(c, cOffset + 2 * cRow);
        c21.intoArray(c, cOffset + 2 * cRow + LANES);
        c30.intoArray(c, cOffset + 3 * cRow);
        c31.intoArray(c, cOffset + 3 * cRow + LANES);
    }

    /** One row that is left over. */
    private static void tile1x2(
            int depth,
            float[] a,
            int aOffset,
            int aDepth,
            float[] b,
            int bOffset,
            float[] start,
            int startOffset,
            float[] c,
            int cOffset) {
        FloatVector c00 = FloatVector.fromArray(SPECIES, start, startOffset);
        FloatVector c01 = FloatVector.fromArray(SPECIES, start, startOffset + LANES);
        for (int p = 0; p < depth; p++) {
            int step = p * aDepth;
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, bOffset + p * PANEL + LANES);
            FloatVector x = FloatVector.broadcast(SPECIES, a[aOffset + step]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
    }
}
