package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.LANES;
import static dev.mezzotint.engine.kernel.simd.TileProduct.PANEL;
import static dev.mezzotint.engine.kernel.simd.TileProduct.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * The tiles of {@link TileProduct} for whole panels and an A that is contiguous along the depth, on machines with 32 vector
 * registers: each vector of B that is loaded serves six rows, and each element of A four vectors.
 */
final class WideTiles {
    /** Rows of the tile. */
    static final int ROWS = 6;

    private WideTiles() {}

    /**
     * The product, added to C or to one row of {@code start} for all rows, and then times {@code factors}, which lie as C
     * does, if there are any. Returns how many rows are done, which is all.
     */
    static int multiply(
            int rows,
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            float[] b,
            int bOffset,
            float[] start,
            int startOffset,
            float[] c,
            int cOffset,
            int cRow,
            boolean add,
            float[] factors) {
        for (int row = 0; row < rows; row += ROWS) {
            int ai = aOffset + row * aRow;
            int ci = cOffset + row * cRow;
            tile6x4(rows - 1 - row, depth, a, ai, aRow, b, bOffset, start, startOffset, c, ci, cRow, add, factors);
        }
        return rows;
    }

    /** Rows of A contiguous along the depth; after row {@code last} come repetitions of it. */
    private static void tile6x4(
            int last,
            int depth,
            float[] a,
            int aOffset,
            int aRow,
            float[] b,
            int bOffset,
            float[] start,
            int startOffset,
            float[] c,
            int cOffset,
            int cRow,
            boolean add,
            float[] factors) {
        int r1 = Math.min(1, last);
        int r2 = Math.min(2, last);
        int r3 = Math.min(3, last);
        int r4 = Math.min(4, last);
        int r5 = Math.min(5, last);
        int a1 = aOffset + r1 * aRow;
        int a2 = aOffset + r2 * aRow;
        int a3 = aOffset + r3 * aRow;
        int a4 = aOffset + r4 * aRow;
        int a5 = aOffset + r5 * aRow;
        FloatVector s0 = FloatVector.fromArray(SPECIES, start, startOffset);
        FloatVector s1 = FloatVector.fromArray(SPECIES, start, startOffset + LANES);
        FloatVector s2 = FloatVector.fromArray(SPECIES, start, startOffset + 2 * LANES);
        FloatVector s3 = FloatVector.fromArray(SPECIES, start, startOffset + 3 * LANES);
        FloatVector c00 = s0;
        FloatVector c01 = s1;
        FloatVector c02 = s2;
        FloatVector c03 = s3;
        FloatVector c10 = s0;
        FloatVector c11 = s1;
        FloatVector c12 = s2;
        FloatVector c13 = s3;
        FloatVector c20 = s0;
        FloatVector c21 = s1;
        FloatVector c22 = s2;
        FloatVector c23 = s3;
        FloatVector c30 = s0;
        FloatVector c31 = s1;
        FloatVector c32 = s2;
        FloatVector c33 = s3;
        FloatVector c40 = s0;
        FloatVector c41 = s1;
        FloatVector c42 = s2;
        FloatVector c43 = s3;
        FloatVector c50 = s0;
        FloatVector c51 = s1;
        FloatVector c52 = s2;
        FloatVector c53 = s3;
        for (int p = 0; p < depth; p++) {
            int at = bOffset + p * PANEL;
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, at);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, at + LANES);
            FloatVector b2 = FloatVector.fromArray(SPECIES, b, at + 2 * LANES);
            FloatVector b3 = FloatVector.fromArray(SPECIES, b, at + 3 * LANES);
            FloatVector x = FloatVector.broadcast(SPECIES, a[aOffset + p]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = FloatVector.broadcast(SPECIES, a[a1 + p]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = FloatVector.broadcast(SPECIES, a[a2 + p]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = FloatVector.broadcast(SPECIES, a[a3 + p]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
            x = FloatVector.broadcast(SPECIES, a[a4 + p]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            c42 = x.fma(b2, c42);
            c43 = x.fma(b3, c43);
            x = FloatVector.broadcast(SPECIES, a[a5 + p]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            c52 = x.fma(b2, c52);
            c53 = x.fma(b3, c53);
        }
        int o1 = cOffset + r1 * cRow;
        int o2 = cOffset + r2 * cRow;
        int o3 = cOffset + r3 * cRow;
        int o4 = cOffset + r4 * cRow;
        int o5 = cOffset + r5 * cRow;
        if (add) {
            c00 = c00.add(FloatVector.fromArray(SPECIES, c, cOffset));
            c01 = c01.add(FloatVector.fromArray(SPECIES, c, cOffset + LANES));
            c02 = c02.add(FloatVector.fromArray(SPECIES, c, cOffset + 2 * LANES));
            c03 = c03.add(FloatVector.fromArray(SPECIES, c, cOffset + 3 * LANES));
            c10 = c10.add(FloatVector.fromArray(SPECIES, c, o1));
            c11 = c11.add(FloatVector.fromArray(SPECIES, c, o1 + LANES));
            c12 = c12.add(FloatVector.fromArray(SPECIES, c, o1 + 2 * LANES));
            c13 = c13.add(FloatVector.fromArray(SPECIES, c, o1 + 3 * LANES));
            c20 = c20.add(FloatVector.fromArray(SPECIES, c, o2));
            c21 = c21.add(FloatVector.fromArray(SPECIES, c, o2 + LANES));
            c22 = c22.add(FloatVector.fromArray(SPECIES, c, o2 + 2 * LANES));
            c23 = c23.add(FloatVector.fromArray(SPECIES, c, o2 + 3 * LANES));
            c30 = c30.add(FloatVector.fromArray(SPECIES, c, o3));
            c31 = c31.add(FloatVector.fromArray(SPECIES, c, o3 + LANES));
            c32 = c32.add(FloatVector.fromArray(SPECIES, c, o3 + 2 * LANES));
            c33 = c33.add(FloatVector.fromArray(SPECIES, c, o3 + 3 * LANES));
            c40 = c40.add(FloatVector.fromArray(SPECIES, c, o4));
            c41 = c41.add(FloatVector.fromArray(SPECIES, c, o4 + LANES));
            c42 = c42.add(FloatVector.fromArray(SPECIES, c, o4 + 2 * LANES));
            c43 = c43.add(FloatVector.fromArray(SPECIES, c, o4 + 3 * LANES));
            c50 = c50.add(FloatVector.fromArray(SPECIES, c, o5));
            c51 = c51.add(FloatVector.fromArray(SPECIES, c, o5 + LANES));
            c52 = c52.add(FloatVector.fromArray(SPECIES, c, o5 + 2 * LANES));
            c53 = c53.add(FloatVector.fromArray(SPECIES, c, o5 + 3 * LANES));
        }
        if (factors.length > 0) {
            c00 = c00.mul(FloatVector.fromArray(SPECIES, factors, cOffset));
            c01 = c01.mul(FloatVector.fromArray(SPECIES, factors, cOffset + LANES));
            c02 = c02.mul(FloatVector.fromArray(SPECIES, factors, cOffset + 2 * LANES));
            c03 = c03.mul(FloatVector.fromArray(SPECIES, factors, cOffset + 3 * LANES));
            c10 = c10.mul(FloatVector.fromArray(SPECIES, factors, o1));
            c11 = c11.mul(FloatVector.fromArray(SPECIES, factors, o1 + LANES));
            c12 = c12.mul(FloatVector.fromArray(SPECIES, factors, o1 + 2 * LANES));
            c13 = c13.mul(FloatVector.fromArray(SPECIES, factors, o1 + 3 * LANES));
            c20 = c20.mul(FloatVector.fromArray(SPECIES, factors, o2));
            c21 = c21.mul(FloatVector.fromArray(SPECIES, factors, o2 + LANES));
            c22 = c22.mul(FloatVector.fromArray(SPECIES, factors, o2 + 2 * LANES));
            c23 = c23.mul(FloatVector.fromArray(SPECIES, factors, o2 + 3 * LANES));
            c30 = c30.mul(FloatVector.fromArray(SPECIES, factors, o3));
            c31 = c31.mul(FloatVector.fromArray(SPECIES, factors, o3 + LANES));
            c32 = c32.mul(FloatVector.fromArray(SPECIES, factors, o3 + 2 * LANES));
            c33 = c33.mul(FloatVector.fromArray(SPECIES, factors, o3 + 3 * LANES));
            c40 = c40.mul(FloatVector.fromArray(SPECIES, factors, o4));
            c41 = c41.mul(FloatVector.fromArray(SPECIES, factors, o4 + LANES));
            c42 = c42.mul(FloatVector.fromArray(SPECIES, factors, o4 + 2 * LANES));
            c43 = c43.mul(FloatVector.fromArray(SPECIES, factors, o4 + 3 * LANES));
            c50 = c50.mul(FloatVector.fromArray(SPECIES, factors, o5));
            c51 = c51.mul(FloatVector.fromArray(SPECIES, factors, o5 + LANES));
            c52 = c52.mul(FloatVector.fromArray(SPECIES, factors, o5 + 2 * LANES));
            c53 = c53.mul(FloatVector.fromArray(SPECIES, factors, o5 + 3 * LANES));
        }
        c00.intoArray(c, cOffset);
        c01.intoArray(c, cOffset + LANES);
        c02.intoArray(c, cOffset + 2 * LANES);
        c03.intoArray(c, cOffset + 3 * LANES);
        c10.intoArray(c, o1);
        c11.intoArray(c, o1 + LANES);
        c12.intoArray(c, o1 + 2 * LANES);
        c13.intoArray(c, o1 + 3 * LANES);
        c20.intoArray(c, o2);
        c21.intoArray(c, o2 + LANES);
        c22.intoArray(c, o2 + 2 * LANES);
        c23.intoArray(c, o2 + 3 * LANES);
        c30.intoArray(c, o3);
        c31.intoArray(c, o3 + LANES);
        c32.intoArray(c, o3 + 2 * LANES);
        c33.intoArray(c, o3 + 3 * LANES);
        c40.intoArray(c, o4);
        c41.intoArray(c, o4 + LANES);
        c42.intoArray(c, o4 + 2 * LANES);
        c43.intoArray(c, o4 + 3 * LANES);
        c50.intoArray(c, o5);
        c51.intoArray(c, o5 + LANES);
        c52.intoArray(c, o5 + 2 * LANES);
        c53.intoArray(c, o5 + 3 * LANES);
    }
}
