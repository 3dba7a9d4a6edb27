package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.PackedOperand;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Walks a block of the result tile by tile; tiles that reach over its edge go through a buffer. */
final class Tiles {
    /** Few columns at a time, for what is left of a row of the result. */
    private static final VectorSpecies<Float> QUARTER = FloatVector.SPECIES_128;

    /** Rows of what is added to that are read ahead together: few enough that they stay in the second-level cache. */
    private static final int FETCHED_ROWS = 258;

    private Tiles() {}

    /**
     * C (+)= A · B for some rows and panels and one stretch of k, with A running along k.
     *
     * @param positions where in A each row begins, before {@code shift} is added
     * @param k rows of the packed B in all
     * @param kFrom first row of B in this pass
     * @param depth rows of B in this pass
     * @param first whether this is the first pass over k
     * @param last whether this is the last pass over k
     */
    static void rows(
            Scratch scratch,
            int rows,
            float[] a,
            int[] positions,
            int shift,
            int panelFrom,
            int panelTo,
            int n,
            int k,
            int kFrom,
            int depth,
            PackedOperand packed,
            float[] c,
            int cOffset,
            int cRowStride,
            Epilogue epilogue,
            boolean first,
            boolean last) {
        boolean add = !first || epilogue.accumulate();
        boolean biased = !add && epilogue.hasBias();
        float[] d = !first ? c : add ? epilogue.addend(c) : biased ? epilogue.bias() : Panels.ZEROS;
        int dRowStride = add ? cRowStride : 0;
        float[] sides = Panels.NARROW ? sides(scratch, rows, depth, a, positions, shift) : a;
        for (int panel = panelFrom; panel < panelTo; panel++) {
            int columns = Panels.columns(n, panel);
            int width = Panels.vectors(columns) * Panels.LANES;
            int column = panel * Panels.WIDTH;
            int from = column * k + kFrom * width;
            if (Widening.needed(packed)) {
                // Tiles that stream floats do as well without (measured).
                Widening.fetch(packed, from, depth * width, scratch);
            }
            float[] b = Widening.slice(packed, from, depth * width, scratch);
            int bOffset = Widening.offset(packed, from);
            int count;
            for (int row = 0; row < rows; row += count) {
                count = height(rows - row);
                int to = cOffset + row * cRowStride + column;
                int dOffset = add ? to : biased ? column : 0;
                if (add && !Panels.NARROW && row % FETCHED_ROWS == 0) {
                    // What is added to may have left the cache; a tile alone would wait for few lines at a time. Narrow
                    // panels, which hold a line or two of each row, lose 3 to 7 % when they are read ahead (measured).
                    scratch.fetch(Math.min(FETCHED_ROWS, rows - row), columns, d, to, cRowStride);
                }
                tile(
                        scratch,
                        count,
                        columns,
                        depth,
                        sides,
                        positions,
                        row,
                        rows - 1,
                        shift,
                        b,
                        bOffset,
                        d,
                        dOffset,
                        dRowStride,
                        c,
                        to,
                        cRowStride);
                if (last) {
                    finish(epilogue, c, to, cRowStride, count, column, columns);
                }
            }
        }
    }

    /** Rows of the next tile: eight go by fours, but where they lie side by side in sixes. */
    private static int height(int left) {
        boolean fours = left == 2 * QuadMicroKernel.ROWS && !Panels.NARROW;
        return fours ? QuadMicroKernel.ROWS : Math.min(Panels.TILE_ROWS, left);
    }

    /** With 16 registers, the rows as {@link SideMicroKernel} reads them. */
    private static float[] sides(Scratch scratch, int rows, int depth, float[] a, int[] positions, int shift) {
        float[] sides = scratch.sides(SideMicroKernel.packedLength(rows, depth));
        SideMicroKernel.pack(rows, depth, a, positions, shift, sides);
        return sides;
    }

    /** C = D + A · B for up to six rows of a panel, with the smallest tile that holds them. */
    private static void tile(
            Scratch scratch,
            int count,
            int columns,
            int depth,
            float[] a,
            int[] positions,
            int row,
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
        int vectors = Panels.vectors(columns);
        int width = vectors * Panels.LANES;
        int tall = width < Panels.WIDTH || count > QuadMicroKernel.ROWS
                ? Panels.TILE_ROWS
                : count > PairMicroKernel.ROWS ? QuadMicroKernel.ROWS : PairMicroKernel.ROWS;
        boolean whole = count == tall && columns == width && tall > PairMicroKernel.ROWS;
        multiply(
                tall,
                vectors,
                depth,
                a,
                positions,
                row,
                last,
                shift,
                b,
                bOffset,
                whole ? d : Panels.ZEROS,
                whole ? dOffset : 0,
                whole ? dStride : 0,
                whole ? c : scratch.tile,
                whole ? cOffset : 0,
                whole ? cStride : width);
        if (!whole) {
            copy(scratch.tile, width, count, columns, d, dOffset, dStride, c, cOffset, cStride);
        }
    }

    private static void multiply(
            int tall,
            int vectors,
            int depth,
            float[] a,
            int[] positions,
            int row,
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
        if (tall < Panels.TILE_ROWS) {
            few(tall, depth, a, positions, row, last, shift, b, bOffset, d, dOffset, dStride, c, cOffset, cStride);
        } else if (Panels.NARROW) {
            SideMicroKernel.multiply(
                    vectors, depth, a, row * depth, b, bOffset, d, dOffset, dStride, c, cOffset, cStride);
        } else {
            RowMicroKernel.multiply(
                    vectors, depth, a, positions, row, last, shift, b, bOffset, d, dOffset, dStride, c, cOffset,
                    cStride);
        }
    }

    private static void few(
            int tall,
            int depth,
            float[] a,
            int[] positions,
            int row,
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
        boolean side = Panels.NARROW;
        int row0 = side ? row * depth : shift + positions[row];
        int row1 = side ? row0 + 1 : shift + positions[Math.min(row + 1, last)];
        if (tall == PairMicroKernel.ROWS) {
            PairMicroKernel.multiply(depth, a, row0, row1, b, bOffset, c);
        } else {
            int row2 = side ? row0 + 2 : shift + positions[Math.min(row + 2, last)];
            int row3 = side ? row0 + 3 : shift + positions[Math.min(row + 3, last)];
            QuadMicroKernel.multiply(
                    depth, a, row0, row1, row2, row3, b, bOffset, d, dOffset, dStride, c, cOffset, cStride);
        }
    }

    /**
     * C (+)= A · B for some rows and panels and one stretch of k, with A running along m.
     *
     * @param aOffset where A begins for row 0 of this block at the first p of this pass
     * @param bOffset where column 0 of B begins
     * @param index where row p of B begins, relative to the first column of a panel
     * @param panelStride from one panel of B to the next
     */
    static void columns(
            Scratch scratch,
            int rows,
            float[] a,
            int aOffset,
            int aStep,
            int panelFrom,
            int panelTo,
            int n,
            int depth,
            float[] b,
            int bOffset,
            int panelStride,
            int[] index,
            float[] c,
            int cOffset,
            int cRowStride,
            Epilogue epilogue,
            boolean first,
            boolean last) {
        boolean add = !first || epilogue.accumulate();
        boolean biased = !add && epilogue.hasBias();
        float[] d = !first ? c : add ? epilogue.addend(c) : biased ? epilogue.bias() : Panels.ZEROS;
        int dRowStride = add ? cRowStride : 0;
        for (int panel = panelFrom; panel < panelTo; panel++) {
            int columns = Panels.columns(n, panel);
            int vectors = Panels.vectors(columns);
            int width = vectors * Panels.LANES;
            int column = panel * Panels.WIDTH;
            int from = bOffset + panel * panelStride;
            for (int row = 0; row < rows; row += Panels.TILE_ROWS) {
                int count = Math.min(Panels.TILE_ROWS, rows - row);
                int to = cOffset + row * cRowStride + column;
                int dOffset = add ? to : biased ? column : 0;
                boolean whole = count == Panels.TILE_ROWS && columns == width;
                ColumnMicroKernel.multiply(
                        vectors,
                        depth,
                        a,
                        aOffset + row,
                        aStep,
                        count - 1,
                        b,
                        from,
                        index,
                        whole ? d : Panels.ZEROS,
                        whole ? dOffset : 0,
                        whole ? dRowStride : 0,
                        whole ? c : scratch.tile,
                        whole ? to : 0,
                        whole ? cRowStride : width);
                if (!whole) {
                    copy(scratch.tile, width, count, columns, d, dOffset, dRowStride, c, to, cRowStride);
                }
                if (last) {
                    finish(epilogue, c, to, cRowStride, count, column, columns);
                }
            }
        }
    }

    private static void copy(
            float[] tile,
            int width,
            int rows,
            int columns,
            float[] d,
            int dOffset,
            int dRowStride,
            float[] c,
            int cOffset,
            int cRowStride) {
        for (int i = 0; i < rows; i++) {
            int from = i * width;
            int with = dOffset + i * dRowStride;
            int to = cOffset + i * cRowStride;
            // Spelled out: a plain loop over so few values costs C2 6 cycles each (measured), a third of a tile at K =
            // 320.
            int j = 0;
            for (; j <= columns - Panels.LANES; j += Panels.LANES) {
                FloatVector.fromArray(Panels.SPECIES, tile, from + j)
                        .add(FloatVector.fromArray(Panels.SPECIES, d, with + j))
                        .intoArray(c, to + j);
            }
            for (; j <= columns - QUARTER.length(); j += QUARTER.length()) {
                FloatVector.fromArray(QUARTER, tile, from + j)
                        .add(FloatVector.fromArray(QUARTER, d, with + j))
                        .intoArray(c, to + j);
            }
            for (; j < columns; j++) {
                c[to + j] = tile[from + j] + d[with + j];
            }
        }
    }

    /** What the sum could not start from, on a tile that is still in the first-level cache. */
    private static void finish(
            Epilogue epilogue, float[] c, int cOffset, int cRowStride, int rows, int column, int columns) {
        if (epilogue.hasBias() && epilogue.accumulate()) {
            float[] bias = epilogue.bias();
            for (int i = 0; i < rows; i++) {
                int to = cOffset + i * cRowStride;
                int j = 0;
                // A plain loop over so few values costs a tenth of a shallow product: C2 aligns it first.
                for (; j <= columns - Panels.LANES; j += Panels.LANES) {
                    FloatVector.fromArray(Panels.SPECIES, c, to + j)
                            .add(FloatVector.fromArray(Panels.SPECIES, bias, column + j))
                            .intoArray(c, to + j);
                }
                for (; j < columns; j++) {
                    c[to + j] += bias[column + j];
                }
            }
        }
        if (epilogue.activation() != Activation.NONE) {
            for (int i = 0; i < rows; i++) {
                int at = cOffset + i * cRowStride;
                SimdActivation.forwardRange(epilogue.activation(), columns, c, at, c, at);
            }
        }
    }
}
