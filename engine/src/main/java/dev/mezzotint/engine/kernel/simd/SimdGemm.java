package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.GemmKernel;
import dev.mezzotint.engine.parallel.Workers;

/**
 * The matrix product in register tiles (Goto and van de Geijn 2008): B packed in panels, A read in place, the sum over k cut
 * into passes whose slice of a panel stays in the cache.
 */
public final class SimdGemm implements GemmKernel {
    /** Tiles in a block of rows: their slice of A stays in the second-level cache while the panels pass by. */
    private static final int LARGEST_BLOCK = 32;

    /** Holds no state. */
    public SimdGemm() {}

    @Override
    public int packedLength(int k, int n) {
        return Panels.packedLength(k, n);
    }

    @Override
    public void pack(
            Workers workers,
            int k,
            int n,
            float[] b,
            int bOffset,
            int rowStride,
            int columnStride,
            float[] packed,
            int packedOffset) {
        workers.run(
                Panels.count(n),
                panel -> Panels.pack(panel, k, n, b, bOffset, rowStride, columnStride, packed, packedOffset));
    }

    @Override
    public void multiply(
            Workers workers,
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            float[] packed,
            int packedOffset,
            float[] c,
            int cOffset,
            int cRowStride,
            Epilogue epilogue) {
        int tiles = (m + Panels.TILE_ROWS - 1) / Panels.TILE_ROWS;
        Split split = Split.of(workers, tiles, LARGEST_BLOCK, Panels.count(n), 2.0 * m * n * k);
        workers.run(split.tasks(), task -> {
            int row = split.rowFrom(task) * Panels.TILE_ROWS;
            int rows = Math.min(m, split.rowTo(task) * Panels.TILE_ROWS) - row;
            int from = split.panelFrom(task);
            int to = split.panelTo(task);
            int aStart = aOffset + row * aRowStride;
            int cStart = cOffset + row * cRowStride;
            if (aColumnStride == 1) {
                alongRows(rows, n, k, a, aStart, aRowStride, packed, packedOffset, from, to, c, cStart, cRowStride, epilogue);
            } else {
                alongColumns(
                        rows,
                        n,
                        k,
                        a,
                        aStart,
                        aRowStride,
                        aColumnStride,
                        packed,
                        packedOffset,
                        from,
                        to,
                        c,
                        cStart,
                        cRowStride,
                        epilogue);
            }
        });
    }

    private static void alongRows(
            int rows,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            float[] packed,
            int packedOffset,
            int panelFrom,
            int panelTo,
            float[] c,
            int cOffset,
            int cRowStride,
            Epilogue epilogue) {
        Scratch scratch = Scratch.ofThread();
        int[] positions = scratch.positions(rows);
        for (int i = 0; i < rows; i++) {
            positions[i] = aOffset + i * aRowStride;
        }
        int passes = Panels.depthBlocks(k);
        for (int pass = 0; pass < passes; pass++) {
            int p = Panels.depthStart(k, pass);
            int depth = Panels.depthStart(k, pass + 1) - p;
            Tiles.rows(
                    scratch,
                    rows,
                    a,
                    positions,
                    p,
                    panelFrom,
                    panelTo,
                    n,
                    k,
                    p,
                    depth,
                    packed,
                    packedOffset,
                    c,
                    cOffset,
                    cRowStride,
                    epilogue,
                    pass == 0,
                    pass == passes - 1);
        }
    }

    /** A transposed (or strided both ways) is turned, slice by slice, into rows that run along k. */
    private static void alongColumns(
            int rows,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            float[] packed,
            int packedOffset,
            int panelFrom,
            int panelTo,
            float[] c,
            int cOffset,
            int cRowStride,
            Epilogue epilogue) {
        Scratch scratch = Scratch.ofThread();
        int[] positions = scratch.positions(rows);
        int passes = Panels.depthBlocks(k);
        int widest = (k + passes - 1) / passes;
        float[] turned = scratch.values(rows * widest);
        for (int i = 0; i < rows; i++) {
            positions[i] = i * widest;
        }
        for (int pass = 0; pass < passes; pass++) {
            int p = Panels.depthStart(k, pass);
            int depth = Panels.depthStart(k, pass + 1) - p;
            turn(rows, depth, a, aOffset + p * aColumnStride, aRowStride, aColumnStride, turned, widest);
            Tiles.rows(
                    scratch,
                    rows,
                    turned,
                    positions,
                    0,
                    panelFrom,
                    panelTo,
                    n,
                    k,
                    p,
                    depth,
                    packed,
                    packedOffset,
                    c,
                    cOffset,
                    cRowStride,
                    epilogue,
                    pass == 0,
                    pass == passes - 1);
        }
    }

    private static void turn(
            int rows, int depth, float[] a, int aOffset, int aRowStride, int aColumnStride, float[] turned, int pitch) {
        for (int i = 0; i < rows; i += 16) {
            int end = Math.min(rows, i + 16);
            for (int p = 0; p < depth; p++) {
                int from = aOffset + p * aColumnStride;
                for (int r = i; r < end; r++) {
                    turned[r * pitch + p] = a[from + r * aRowStride];
                }
            }
        }
    }
}
