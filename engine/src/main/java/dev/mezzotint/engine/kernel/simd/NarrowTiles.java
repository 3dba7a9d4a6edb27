package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.PANEL;
import static dev.mezzotint.engine.kernel.simd.TileProduct.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The products of attention's backward pass that are one vector wide, C = A · B or C += A · B: 20 or 24 rows of C at a time, since with fewer
 * sums a multiply-add waits for the one before. With 16 rows C2 unrolls the loop, then lacks registers and takes 1.6 times as
 * long.
 */
final class NarrowTiles {
    /** Rows of a tile, as any number of them can be had with little left over. */
    private static final int ROWS = 20;

    /** What is added to a tile's rows, if need be. */
    private static final int STEP = 4;

    private NarrowTiles() {}

    /** How many rows whole tiles have that cover {@code rows}. */
    static int wholeTiles(int rows) {
        int tiles = tiles(rows);
        return tiles * ROWS + larger(rows, tiles) * STEP;
    }

    private static int tiles(int rows) {
        return (rows + ROWS + STEP - 1) / (ROWS + STEP);
    }

    /** How many of the tiles must be of the larger kind. */
    private static int larger(int rows, int tiles) {
        return Math.max(0, (rows - tiles * ROWS + STEP - 1) / STEP);
    }

    /**
     * Makes a product, or adds it.
     *
     * @param rows of A and C, which have room for whole tiles
     * @param a a panel, which is read along the depth
     * @param b one vector of each row, {@code bStride} apart
     */
    static void multiply(
            int rows,
            int depth,
            float[] a,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int cRow,
            boolean add) {
        int tiles = tiles(rows);
        int larger = larger(rows, tiles);
        int row = 0;
        for (int tile = 0; tile < tiles; tile++) {
            int to = cOffset + row * cRow;
            if (tile < larger) {
                tile24(depth, a, row * PANEL, b, bOffset, bStride, c, to, cRow, add);
                row += ROWS + STEP;
            } else {
                tile20(depth, a, row * PANEL, b, bOffset, bStride, c, to, cRow, add);
                row += ROWS;
            }
        }
    }

    private static void tile20(
            int depth,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int cRow,
            boolean add) {
        FloatVector c0 = FloatVector.zero(SPECIES);
        FloatVector c1 = FloatVector.zero(SPECIES);
        FloatVector c2 = FloatVector.zero(SPECIES);
        FloatVector c3 = FloatVector.zero(SPECIES);
        FloatVector c4 = FloatVector.zero(SPECIES);
        FloatVector c5 = FloatVector.zero(SPECIES);
        FloatVector c6 = FloatVector.zero(SPECIES);
        FloatVector c7 = FloatVector.zero(SPECIES);
        FloatVector c8 = FloatVector.zero(SPECIES);
        FloatVector c9 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c11 = FloatVector.zero(SPECIES);
        FloatVector c12 = FloatVector.zero(SPECIES);
        FloatVector c13 = FloatVector.zero(SPECIES);
        FloatVector c14 = FloatVector.zero(SPECIES);
        FloatVector c15 = FloatVector.zero(SPECIES);
        FloatVector c16 = FloatVector.zero(SPECIES);
        FloatVector c17 = FloatVector.zero(SPECIES);
        FloatVector c18 = FloatVector.zero(SPECIES);
        FloatVector c19 = FloatVector.zero(SPECIES);
        int from = bOffset;
        for (int p = 0; p < depth; p++) {
            int at = aOffset + p;
            FloatVector row = FloatVector.fromArray(SPECIES, b, from);
            c0 = row.fma(FloatVector.broadcast(SPECIES, a[at]), c0);
            c1 = row.fma(FloatVector.broadcast(SPECIES, a[at + PANEL]), c1);
            c2 = row.fma(FloatVector.broadcast(SPECIES, a[at + 2 * PANEL]), c2);
            c3 = row.fma(FloatVector.broadcast(SPECIES, a[at + 3 * PANEL]), c3);
            c4 = row.fma(FloatVector.broadcast(SPECIES, a[at + 4 * PANEL]), c4);
            c5 = row.fma(FloatVector.broadcast(SPECIES, a[at + 5 * PANEL]), c5);
            c6 = row.fma(FloatVector.broadcast(SPECIES, a[at + 6 * PANEL]), c6);
            c7 = row.fma(FloatVector.broadcast(SPECIES, a[at + 7 * PANEL]), c7);
            c8 = row.fma(FloatVector.broadcast(SPECIES, a[at + 8 * PANEL]), c8);
            c9 = row.fma(FloatVector.broadcast(SPECIES, a[at + 9 * PANEL]), c9);
            c10 = row.fma(FloatVector.broadcast(SPECIES, a[at + 10 * PANEL]), c10);
            c11 = row.fma(FloatVector.broadcast(SPECIES, a[at + 11 * PANEL]), c11);
            c12 = row.fma(FloatVector.broadcast(SPECIES, a[at + 12 * PANEL]), c12);
            c13 = row.fma(FloatVector.broadcast(SPECIES, a[at + 13 * PANEL]), c13);
            c14 = row.fma(FloatVector.broadcast(SPECIES, a[at + 14 * PANEL]), c14);
            c15 = row.fma(FloatVector.broadcast(SPECIES, a[at + 15 * PANEL]), c15);
            c16 = row.fma(FloatVector.broadcast(SPECIES, a[at + 16 * PANEL]), c16);
            c17 = row.fma(FloatVector.broadcast(SPECIES, a[at + 17 * PANEL]), c17);
            c18 = row.fma(FloatVector.broadcast(SPECIES, a[at + 18 * PANEL]), c18);
            c19 = row.fma(FloatVector.broadcast(SPECIES, a[at + 19 * PANEL]), c19);
            from += bStride;
        }
        if (add) {
            c0 = c0.add(FloatVector.fromArray(SPECIES, c, cOffset));
            c1 = c1.add(FloatVector.fromArray(SPECIES, c, cOffset + cRow));
            c2 = c2.add(FloatVector.fromArray(SPECIES, c, cOffset + 2 * cRow));
            c3 = c3.add(FloatVector.fromArray(SPECIES, c, cOffset + 3 * cRow));
            c4 = c4.add(FloatVector.fromArray(SPECIES, c, cOffset + 4 * cRow));
            c5 = c5.add(FloatVector.fromArray(SPECIES, c, cOffset + 5 * cRow));
            c6 = c6.add(FloatVector.fromArray(SPECIES, c, cOffset + 6 * cRow));
            c7 = c7.add(FloatVector.fromArray(SPECIES, c, cOffset + 7 * cRow));
            c8 = c8.add(FloatVector.fromArray(SPECIES, c, cOffset + 8 * cRow));
            c9 = c9.add(FloatVector.fromArray(SPECIES, c, cOffset + 9 * cRow));
            c10 = c10.add(FloatVector.fromArray(SPECIES, c, cOffset + 10 * cRow));
            c11 = c11.add(FloatVector.fromArray(SPECIES, c, cOffset + 11 * cRow));
            c12 = c12.add(FloatVector.fromArray(SPECIES, c, cOffset + 12 * cRow));
            c13 = c13.add(FloatVector.fromArray(SPECIES, c, cOffset + 13 * cRow));
            c14 = c14.add(FloatVector.fromArray(SPECIES, c, cOffset + 14 * cRow));
            c15 = c15.add(FloatVector.fromArray(SPECIES, c, cOffset + 15 * cRow));
            c16 = c16.add(FloatVector.fromArray(SPECIES, c, cOffset + 16 * cRow));
            c17 = c17.add(FloatVector.fromArray(SPECIES, c, cOffset + 17 * cRow));
            c18 = c18.add(FloatVector.fromArray(SPECIES, c, cOffset + 18 * cRow));
            c19 = c19.add(FloatVector.fromArray(SPECIES, c, cOffset + 19 * cRow));
        }
        c0.intoArray(c, cOffset);
        c1.intoArray(c, cOffset + cRow);
        c2.intoArray(c, cOffset + 2 * cRow);
        c3.intoArray(c, cOffset + 3 * cRow);
        c4.intoArray(c, cOffset + 4 * cRow);
        c5.intoArray(c, cOffset + 5 * cRow);
        c6.intoArray(c, cOffset + 6 * cRow);
        c7.intoArray(c, cOffset + 7 * cRow);
        c8.intoArray(c, cOffset + 8 * cRow);
        c9.intoArray(c, cOffset + 9 * cRow);
        c10.intoArray(c, cOffset + 10 * cRow);
        c11.intoArray(c, cOffset + 11 * cRow);
        c12.intoArray(c, cOffset + 12 * cRow);
        c13.intoArray(c, cOffset + 13 * cRow);
        c14.intoArray(c, cOffset + 14 * cRow);
        c15.intoArray(c, cOffset + 15 * cRow);
        c16.intoArray(c, cOffset + 16 * cRow);
        c17.intoArray(c, cOffset + 17 * cRow);
        c18.intoArray(c, cOffset + 18 * cRow);
        c19.intoArray(c, cOffset + 19 * cRow);
    }

    private static void tile24(
            int depth,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            int bStride,
            float[] c,
            int cOffset,
            int cRow,
            boolean add) {
        FloatVector c0 = FloatVector.zero(SPECIES);
        FloatVector c1 = FloatVector.zero(SPECIES);
        FloatVector c2 = FloatVector.zero(SPECIES);
        FloatVector c3 = FloatVector.zero(SPECIES);
        FloatVector c4 = FloatVector.zero(SPECIES);
        FloatVector c5 = FloatVector.zero(SPECIES);
        FloatVector c6 = FloatVector.zero(SPECIES);
        FloatVector c7 = FloatVector.zero(SPECIES);
        FloatVector c8 = FloatVector.zero(SPECIES);
        FloatVector c9 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c11 = FloatVector.zero(SPECIES);
        FloatVector c12 = FloatVector.zero(SPECIES);
        FloatVector c13 = FloatVector.zero(SPECIES);
        FloatVector c14 = FloatVector.zero(SPECIES);
        FloatVector c15 = FloatVector.zero(SPECIES);
        FloatVector c16 = FloatVector.zero(SPECIES);
        FloatVector c17 = FloatVector.zero(SPECIES);
        FloatVector c18 = FloatVector.zero(SPECIES);
        FloatVector c19 = FloatVector.zero(SPECIES);
        FloatVector c20 = FloatVector.zero(SPECIES);
        FloatVector c21 = FloatVector.zero(SPECIES);
        FloatVector c22 = FloatVector.zero(SPECIES);
        FloatVector c23 = FloatVector.zero(SPECIES);
        int from = bOffset;
        for (int p = 0; p < depth; p++) {
            int at = aOffset + p;
            FloatVector row = FloatVector.fromArray(SPECIES, b, from);
            c0 = row.fma(FloatVector.broadcast(SPECIES, a[at]), c0);
            c1 = row.fma(FloatVector.broadcast(SPECIES, a[at + PANEL]), c1);
            c2 = row.fma(FloatVector.broadcast(SPECIES, a[at + 2 * PANEL]), c2);
            c3 = row.fma(FloatVector.broadcast(SPECIES, a[at + 3 * PANEL]), c3);
            c4 = row.fma(FloatVector.broadcast(SPECIES, a[at + 4 * PANEL]), c4);
            c5 = row.fma(FloatVector.broadcast(SPECIES, a[at + 5 * PANEL]), c5);
            c6 = row.fma(FloatVector.broadcast(SPECIES, a[at + 6 * PANEL]), c6);
            c7 = row.fma(FloatVector.broadcast(SPECIES, a[at + 7 * PANEL]), c7);
            c8 = row.fma(FloatVector.broadcast(SPECIES, a[at + 8 * PANEL]), c8);
            c9 = row.fma(FloatVector.broadcast(SPECIES, a[at + 9 * PANEL]), c9);
            c10 = row.fma(FloatVector.broadcast(SPECIES, a[at + 10 * PANEL]), c10);
            c11 = row.fma(FloatVector.broadcast(SPECIES, a[at + 11 * PANEL]), c11);
            c12 = row.fma(FloatVector.broadcast(SPECIES, a[at + 12 * PANEL]), c12);
            c13 = row.fma(FloatVector.broadcast(SPECIES, a[at + 13 * PANEL]), c13);
            c14 = row.fma(FloatVector.broadcast(SPECIES, a[at + 14 * PANEL]), c14);
            c15 = row.fma(FloatVector.broadcast(SPECIES, a[at + 15 * PANEL]), c15);
            c16 = row.fma(FloatVector.broadcast(SPECIES, a[at + 16 * PANEL]), c16);
            c17 = row.fma(FloatVector.broadcast(SPECIES, a[at + 17 * PANEL]), c17);
            c18 = row.fma(FloatVector.broadcast(SPECIES, a[at + 18 * PANEL]), c18);
            c19 = row.fma(FloatVector.broadcast(SPECIES, a[at + 19 * PANEL]), c19);
            c20 = row.fma(FloatVector.broadcast(SPECIES, a[at + 20 * PANEL]), c20);
            c21 = row.fma(FloatVector.broadcast(SPECIES, a[at + 21 * PANEL]), c21);
            c22 = row.fma(FloatVector.broadcast(SPECIES, a[at + 22 * PANEL]), c22);
            c23 = row.fma(FloatVector.broadcast(SPECIES, a[at + 23 * PANEL]), c23);
            from += bStride;
        }
        if (add) {
            c0 = c0.add(FloatVector.fromArray(SPECIES, c, cOffset));
            c1 = c1.add(FloatVector.fromArray(SPECIES, c, cOffset + cRow));
            c2 = c2.add(FloatVector.fromArray(SPECIES, c, cOffset + 2 * cRow));
            c3 = c3.add(FloatVector.fromArray(SPECIES, c, cOffset + 3 * cRow));
            c4 = c4.add(FloatVector.fromArray(SPECIES, c, cOffset + 4 * cRow));
            c5 = c5.add(FloatVector.fromArray(SPECIES, c, cOffset + 5 * cRow));
            c6 = c6.add(FloatVector.fromArray(SPECIES, c, cOffset + 6 * cRow));
            c7 = c7.add(FloatVector.fromArray(SPECIES, c, cOffset + 7 * cRow));
            c8 = c8.add(FloatVector.fromArray(SPECIES, c, cOffset + 8 * cRow));
            c9 = c9.add(FloatVector.fromArray(SPECIES, c, cOffset + 9 * cRow));
            c10 = c10.add(FloatVector.fromArray(SPECIES, c, cOffset + 10 * cRow));
            c11 = c11.add(FloatVector.fromArray(SPECIES, c, cOffset + 11 * cRow));
            c12 = c12.add(FloatVector.fromArray(SPECIES, c, cOffset + 12 * cRow));
            c13 = c13.add(FloatVector.fromArray(SPECIES, c, cOffset + 13 * cRow));
            c14 = c14.add(FloatVector.fromArray(SPECIES, c, cOffset + 14 * cRow));
            c15 = c15.add(FloatVector.fromArray(SPECIES, c, cOffset + 15 * cRow));
            c16 = c16.add(FloatVector.fromArray(SPECIES, c, cOffset + 16 * cRow));
            c17 = c17.add(FloatVector.fromArray(SPECIES, c, cOffset + 17 * cRow));
            c18 = c18.add(FloatVector.fromArray(SPECIES, c, cOffset + 18 * cRow));
            c19 = c19.add(FloatVector.fromArray(SPECIES, c, cOffset + 19 * cRow));
            c20 = c20.add(FloatVector.fromArray(SPECIES, c, cOffset + 20 * cRow));
            c21 = c21.add(FloatVector.fromArray(SPECIES, c, cOffset + 21 * cRow));
            c22 = c22.add(FloatVector.fromArray(SPECIES, c, cOffset + 22 * cRow));
            c23 = c23.add(FloatVector.fromArray(SPECIES, c, cOffset + 23 * cRow));
        }
        c0.intoArray(c, cOffset);
        c1.intoArray(c, cOffset + cRow);
        c2.intoArray(c, cOffset + 2 * cRow);
        c3.intoArray(c, cOffset + 3 * cRow);
        c4.intoArray(c, cOffset + 4 * cRow);
        c5.intoArray(c, cOffset + 5 * cRow);
        c6.intoArray(c, cOffset + 6 * cRow);
        c7.intoArray(c, cOffset + 7 * cRow);
        c8.intoArray(c, cOffset + 8 * cRow);
        c9.intoArray(c, cOffset + 9 * cRow);
        c10.intoArray(c, cOffset + 10 * cRow);
        c11.intoArray(c, cOffset + 11 * cRow);
        c12.intoArray(c, cOffset + 12 * cRow);
        c13.intoArray(c, cOffset + 13 * cRow);
        c14.intoArray(c, cOffset + 14 * cRow);
        c15.intoArray(c, cOffset + 15 * cRow);
        c16.intoArray(c, cOffset + 16 * cRow);
        c17.intoArray(c, cOffset + 17 * cRow);
        c18.intoArray(c, cOffset + 18 * cRow);
        c19.intoArray(c, cOffset + 19 * cRow);
        c20.intoArray(c, cOffset + 20 * cRow);
        c21.intoArray(c, cOffset + 21 * cRow);
        c22.intoArray(c, cOffset + 22 * cRow);
        c23.intoArray(c, cOffset + 23 * cRow);
    }
}
