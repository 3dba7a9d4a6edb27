package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.GemmKernel;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.parallel.Workers;

/**
 * The matrix product in register tiles (Goto and van de Geijn 2008): B packed in panels, A read in place, a long sum over
 * k cut into passes whose slice of a panel stays in the cache.
 */
public final class SimdGemm implements GemmKernel {
    /** Tiles in a block of rows, 258 rows of them: their slice of A stays in the second-level cache while the panels pass. */
    private static final int LARGEST_BLOCK = 43;

    /** As deep a slice stays there. */
    private static final int DEEP = 640;

    /**
     * Tiles in a block where a slice is deeper or B is large. So many rows read A from the third-level cache, tile by tile,
     * while a panel stays in the second-level cache, and fewer tasks read (and widen) B from memory.
     */
    private static final int LARGEST_BLOCK_OF_MANY = 4 * LARGEST_BLOCK;

    /** Elements of a B that is large in this sense. */
    private static final int LARGE = 1 << 21;

    /** Panels for each thread that so large blocks of rows need: few of them are cut by panels instead. */
    private static final int PANELS_A_THREAD = 5;

    /** Columns of A so many floats apart (2 KiB) fall into the same few sets of the cache. */
    private static final int ALIASING = 512;

    /** Panels that must use a copy of a transposed A before it pays. */
    private static final int PANELS_WORTH_A_COPY = 2;

    /** Holds no state. */
    public SimdGemm() {}

    @Override
    public int packedLength(int k, int n) {
        return Panels.packedLength(k, n);
    }

    @Override
    public int packedColumns() {
        return Panels.WIDTH;
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
        RowOrder order = RowOrder.plain(k);
        workers.run(
                Panels.count(n),
                panel -> Panels.pack(panel, order, n, b, bOffset, rowStride, columnStride, packed, packedOffset));
    }

    @Override
    public void packHalves(
            int k,
            int columns,
            short[] b,
            int pitch,
            int[] rows,
            int from,
            int count,
            short[] packed,
            int packedOffset) {
        Panels.packHalves(columns, b, pitch, rows, from, count, packed, packedOffset);
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
            PackedOperand packed,
            float[] c,
            int cOffset,
            int cRowStride,
            Epilogue epilogue) {
        int tiles = (m + Panels.TILE_ROWS - 1) / Panels.TILE_ROWS;
        // Fewer panels would not come out even among the threads; narrow ones lay a block's rows side by side.
        boolean many = (k > DEEP || (long) k * n > LARGE)
                && Panels.count(n) >= PANELS_A_THREAD * workers.threads()
                && aColumnStride == 1
                && !Panels.NARROW;
        int largest = many ? LARGEST_BLOCK_OF_MANY : LARGEST_BLOCK;
        Split split = Split.ofPanels(workers, tiles, largest, Panels.count(n), 2.0 * m * n * k);
        workers.run(split.tasks(), task -> {
            int row = split.rowFrom(task) * Panels.TILE_ROWS;
            int rows = Math.min(m, split.rowTo(task) * Panels.TILE_ROWS) - row;
            int from = split.panelFrom(task);
            int to = split.panelTo(task);
            int aStart = aOffset + row * aRowStride;
            int cStart = cOffset + row * cRowStride;
            boolean aliased = aColumnStride % ALIASING == 0 && to - from >= PANELS_WORTH_A_COPY;
            if (aRowStride == 1
                    && aColumnStride != 1
                    && !aliased
                    && packed instanceof PackedOperand.Floats(float[] values)) {
                alongColumns(rows, n, k, a, aStart, aColumnStride, values, from, to, c, cStart, cRowStride, epilogue);
            } else {
                alongRows(
                        rows,
                        n,
                        k,
                        a,
                        aStart,
                        aRowStride,
                        aColumnStride,
                        packed,
                        from,
                        to,
                        c,
                        cStart,
                        cRowStride,
                        epilogue);
            }
        });
    }

    /** A runs along k, or is copied slice by slice so that it does. With 16 registers, {@link Tiles} lays its rows side by side. */
    private static void alongRows(
            int rows,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            PackedOperand packed,
            int panelFrom,
            int panelTo,
            float[] c,
            int cOffset,
            int cRowStride,
            Epilogue epilogue) {
        boolean copied = aColumnStride != 1;
        boolean blocks = copied || Panels.NARROW;
        Scratch scratch = Scratch.ofThread();
        int[] positions = scratch.positions(rows);
        int passes = blocks ? Panels.depthBlocks(k) : Math.ceilDiv(k, Panels.MAX_DEPTH);
        int pitch = Math.ceilDiv(k, passes) + Panels.LANES;
        float[] slice = copied ? scratch.values(rows * pitch) : a;
        for (int i = 0; i < rows; i++) {
            positions[i] = copied ? i * pitch : aOffset + i * aRowStride;
        }
        // A panel takes all passes, so that what is added to is still in the cache, unless A is laid out anew for each
        // pass.
        int group = blocks ? panelTo - panelFrom : 1;
        for (int panel = panelFrom; panel < panelTo; panel += group) {
            for (int pass = 0; pass < passes; pass++) {
                int p = Panels.depthStart(k, passes, pass);
                int depth = Panels.depthStart(k, passes, pass + 1) - p;
                if (copied) {
                    copy(rows, depth, a, aOffset + p * aColumnStride, aRowStride, aColumnStride, slice, pitch);
                }
                Tiles.rows(
                        scratch,
                        rows,
                        slice,
                        positions,
                        copied ? 0 : p,
                        panel,
                        panel + group,
                        n,
                        k,
                        p,
                        depth,
                        packed,
                        c,
                        cOffset,
                        cRowStride,
                        epilogue,
                        pass == 0,
                        pass == passes - 1);
            }
        }
    }

    /** A is transposed: it runs along m. */
    private static void alongColumns(
            int rows,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aColumnStride,
            float[] packed,
            int panelFrom,
            int panelTo,
            float[] c,
            int cOffset,
            int cRowStride,
            Epilogue epilogue) {
        Scratch scratch = Scratch.ofThread();
        int passes = Panels.depthBlocks(k);
        int[] index = scratch.positions((k + passes - 1) / passes);
        for (int pass = 0; pass < passes; pass++) {
            int p = Panels.depthStart(k, pass);
            int depth = Panels.depthStart(k, pass + 1) - p;
            for (int panel = panelFrom; panel < panelTo; panel++) {
                int width = Panels.vectors(Panels.columns(n, panel)) * Panels.LANES;
                for (int q = 0; q < depth; q++) {
                    index[q] = q * width;
                }
                Tiles.columns(
                        scratch,
                        rows,
                        a,
                        aOffset + p * aColumnStride,
                        aColumnStride,
                        panel,
                        panel + 1,
                        n,
                        depth,
                        packed,
                        panel * Panels.WIDTH * k + p * width,
                        0,
                        index,
                        c,
                        cOffset,
                        cRowStride,
                        epilogue,
                        pass == 0,
                        pass == passes - 1);
            }
        }
    }

    private static void copy(
            int rows, int depth, float[] a, int aOffset, int aRowStride, int aColumnStride, float[] slice, int pitch) {
        // In strips of a few rows, so that what one cache line of A holds goes to lines that are still in the cache.
        for (int i = 0; i < rows; i += Panels.LANES) {
            int end = Math.min(rows, i + Panels.LANES);
            for (int p = 0; p < depth; p++) {
                int from = aOffset + p * aColumnStride;
                for (int r = i; r < end; r++) {
                    slice[r * pitch + p] = a[from + r * aRowStride];
                }
            }
        }
    }
}
