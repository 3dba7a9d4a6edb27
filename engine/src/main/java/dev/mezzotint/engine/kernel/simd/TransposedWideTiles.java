package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.LANES;
import static dev.mezzotint.engine.kernel.simd.TileProduct.PANEL;
import static dev.mezzotint.engine.kernel.simd.TileProduct.SPECIES;

import jdk.incubator.vector.FloatVector;

/**
 * As {@link WideTiles}, for a transposed A: the values of a tile's rows at one depth lie beside each other. Their constant
 * distances save range checks.
 */
final class TransposedWideTiles {
    private TransposedWideTiles() {}

    /**
     * The product, added to C or not. Returns how many rows are done: all, or none where they are too few to be fives and
     * sixes, which 20 and more always are.
     */
    static int multiply(
            int rows,
            int depth,
            float[] a,
            int aOffset,
            int aDepth,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            int cRow,
            boolean add) {
        int fives = rows / 5 - rows % 5;
        if (fives < 0) {
            return 0;
        }
        int row = 0;
        for (; row < 5 * fives; row += 5) {
            tile5x4(depth, a, aOffset + row, aDepth, b, bOffset, c, cOffset + row * cRow, cRow, add);
        }
        for (; row < rows; row += 6) {
            tile6x4(depth, a, aOffset + row, aDepth, b, bOffset, c, cOffset + row * cRow, cRow, add);
        }
        return rows;
    }

    private static void tile5x4(
            int depth,
            float[] a,
            int aOffset,
            int aDepth,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            int cRow,
            boolean add) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c01 = FloatVector.zero(SPECIES);
        FloatVector c02 = FloatVector.zero(SPECIES);
        FloatVector c03 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c11 = FloatVector.zero(SPECIES);
        FloatVector c12 = FloatVector.zero(SPECIES);
        FloatVector c13 = FloatVector.zero(SPECIES);
        FloatVector c20 = FloatVector.zero(SPECIES);
        FloatVector c21 = FloatVector.zero(SPECIES);
        FloatVector c22 = FloatVector.zero(SPECIES);
        FloatVector c23 = FloatVector.zero(SPECIES);
        FloatVector c30 = FloatVector.zero(SPECIES);
        FloatVector c31 = FloatVector.zero(SPECIES);
        FloatVector c32 = FloatVector.zero(SPECIES);
        FloatVector c33 = FloatVector.zero(SPECIES);
        FloatVector c40 = FloatVector.zero(SPECIES);
        FloatVector c41 = FloatVector.zero(SPECIES);
        FloatVector c42 = FloatVector.zero(SPECIES);
        FloatVector c43 = FloatVector.zero(SPECIES);
        for (int p = 0; p < depth; p++) {
            int at = bOffset + p * PANEL;
            int step = aOffset + p * aDepth;
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, at);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, at + LANES);
            FloatVector b2 = FloatVector.fromArray(SPECIES, b, at + 2 * LANES);
            FloatVector b3 = FloatVector.fromArray(SPECIES, b, at + 3 * LANES);
            FloatVector x = FloatVector.broadcast(SPECIES, a[step]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = FloatVector.broadcast(SPECIES, a[step + 1]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = FloatVector.broadcast(SPECIES, a[step + 2]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = FloatVector.broadcast(SPECIES, a[step + 3]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
            x = FloatVector.broadcast(SPECIES, a[step + 4]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            c42 = x.fma(b2, c42);
            c43 = x.fma(b3, c43);
        }
        int o1 = cOffset + cRow;
        int o2 = cOffset + 2 * cRow;
        int o3 = cOffset + 3 * cRow;
        int o4 = cOffset + 4 * cRow;
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
    }

    private static void tile6x4(
            int depth,
            float[] a,
            int aOffset,
            int aDepth,
            float[] b,
            int bOffset,
            float[] c,
            int cOffset,
            int cRow,
            boolean add) {
        FloatVector c00 = FloatVector.zero(SPECIES);
        FloatVector c01 = FloatVector.zero(SPECIES);
        FloatVector c02 = FloatVector.zero(SPECIES);
        FloatVector c03 = FloatVector.zero(SPECIES);
        FloatVector c10 = FloatVector.zero(SPECIES);
        FloatVector c11 = FloatVector.zero(SPECIES);
        FloatVector c12 = FloatVector.zero(SPECIES);
        FloatVector c13 = FloatVector.zero(SPECIES);
        FloatVector c20 = FloatVector.zero(SPECIES);
        FloatVector c21 = FloatVector.zero(SPECIES);
        FloatVector c22 = FloatVector.zero(SPECIES);
        FloatVector c23 = FloatVector.zero(SPECIES);
        FloatVector c30 = FloatVector.zero(SPECIES);
        FloatVector c31 = FloatVector.zero(SPECIES);
        FloatVector c32 = FloatVector.zero(SPECIES);
        FloatVector c33 = FloatVector.zero(SPECIES);
        FloatVector c40 = FloatVector.zero(SPECIES);
        FloatVector c41 = FloatVector.zero(SPECIES);
        FloatVector c42 = FloatVector.zero(SPECIES);
        FloatVector c43 = FloatVector.zero(SPECIES);
        FloatVector c50 = FloatVector.zero(SPECIES);
        FloatVector c51 = FloatVector.zero(SPECIES);
        FloatVector c52 = FloatVector.zero(SPECIES);
        FloatVector c53 = FloatVector.zero(SPECIES);
        for (int p = 0; p < depth; p++) {
            int at = bOffset + p * PANEL;
            int step = aOffset + p * aDepth;
            FloatVector b0 = FloatVector.fromArray(SPECIES, b, at);
            FloatVector b1 = FloatVector.fromArray(SPECIES, b, at + LANES);
            FloatVector b2 = FloatVector.fromArray(SPECIES, b, at + 2 * LANES);
            FloatVector b3 = FloatVector.fromArray(SPECIES, b, at + 3 * LANES);
            FloatVector x = FloatVector.broadcast(SPECIES, a[step]);
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            c02 = x.fma(b2, c02);
            c03 = x.fma(b3, c03);
            x = FloatVector.broadcast(SPECIES, a[step + 1]);
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            c12 = x.fma(b2, c12);
            c13 = x.fma(b3, c13);
            x = FloatVector.broadcast(SPECIES, a[step + 2]);
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            c22 = x.fma(b2, c22);
            c23 = x.fma(b3, c23);
            x = FloatVector.broadcast(SPECIES, a[step + 3]);
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            c32 = x.fma(b2, c32);
            c33 = x.fma(b3, c33);
            x = FloatVector.broadcast(SPECIES, a[step + 4]);
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            c42 = x.fma(b2, c42);
            c43 = x.fma(b3, c43);
            x = FloatVector.broadcast(SPECIES, a[step + 5]);
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            c52 = x.fma(b2, c52);
            c53 = x.fma(b3, c53);
        }
        int o1 = cOffset + cRow;
        int o2 = cOffset + 2 * cRow;
        int o3 = cOffset + 3 * cRow;
        int o4 = cOffset + 4 * cRow;
        int o5 = cOffset + 5 * cRow;
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
