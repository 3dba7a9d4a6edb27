package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * How a right operand of k rows and n columns is packed: in panels of {@link #WIDTH} columns, one after another, each row
 * by row. The last panel is only as many whole vectors wide as it needs, filled up with zeros.
 */
final class Panels {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    /** Whether there are 16 vector registers (AVX2, SSE), and not 32. */
    static final boolean NARROW = LANES != 16 && !(LANES == 4 && isArm());

    /** With 32 registers a tile is 6 × 4 vectors, with 16 it is 6 × 2, or 5 × 2 where rows are read in place. */
    private static final int VECTORS = NARROW ? 2 : 4;

    /** Rows of a register tile. */
    static final int TILE_ROWS = 6;

    /** Columns of a full panel. */
    static final int WIDTH = VECTORS * LANES;

    /** A row of a panel to start sums from. */
    static final float[] ZEROS = new float[WIDTH];

    /** Rows of B that a tile sums over at most: as many as stay in the second-level cache while rows of A pass by. */
    static final int MAX_DEPTH = NARROW ? 640 : 2048;

    /** The same where a block of A is to stay there too. */
    private static final int BLOCK_DEPTH = 640;

    /** Rows of a panel that are transposed at a time: 16 KiB. */
    private static final int TURNED_ROWS = 64;

    private Panels() {}

    private static boolean isArm() {
        return System.getProperty("os.arch", "").equals("aarch64");
    }

    static int count(int n) {
        return (n + WIDTH - 1) / WIDTH;
    }

    /** Columns of a panel that hold data. */
    static int columns(int n, int panel) {
        return Math.min(WIDTH, n - panel * WIDTH);
    }

    /** Vectors that cover so many columns. */
    static int vectors(int columns) {
        return (columns + LANES - 1) / LANES;
    }

    static int packedLength(int k, int n) {
        return Math.multiplyExact(k, vectors(n) * LANES);
    }

    /** Into how many passes a sum over k is cut where a block of A stays in the cache; depends on k alone, so that all bits do. */
    static int depthBlocks(int k) {
        return Math.ceilDiv(k, BLOCK_DEPTH);
    }

    /** Where pass number {@code block} begins. */
    static int depthStart(int k, int block) {
        return depthStart(k, depthBlocks(k), block);
    }

    /** Where pass number {@code block} of {@code blocks} begins. */
    static int depthStart(int k, int blocks, int block) {
        return (int) ((long) k * block / blocks);
    }

    /**
     * Packs one panel of B, whose element (p, j) is {@code b[bOffset + p * rowStride + j * columnStride]}, with its rows in
     * the given order.
     */
    static void pack(
            int panel,
            RowOrder order,
            int n,
            float[] b,
            int bOffset,
            int rowStride,
            int columnStride,
            float[] packed,
            int packedOffset) {
        int columns = columns(n, panel);
        int width = vectors(columns) * LANES;
        int source = bOffset + panel * WIDTH * columnStride;
        int k = order.rows();
        int start = packedOffset + panel * WIDTH * k;
        if (rowStride == 1 && columns == WIDTH && Transposition.covers(columns, k)) {
            turn(order, b, source, columnStride, packed, start);
            return;
        }
        // Strips of B's rows: when B runs along k, what one of its cache lines holds is used before it is evicted.
        int end;
        for (int strip = 0; strip < k; strip = end) {
            end = strip + Math.min(LANES, order.run(strip));
            int target = start + (order.place(strip) - strip) * width;
            if (columnStride == 1) {
                for (int p = strip; p < end; p++) {
                    System.arraycopy(b, source + p * rowStride, packed, target + p * width, columns);
                }
            } else {
                for (int j = 0; j < columns; j++) {
                    int from = source + j * columnStride;
                    for (int p = strip; p < end; p++) {
                        packed[target + p * width + j] = b[from + p * rowStride];
                    }
                }
            }
            for (int p = strip; p < end; p++) {
                for (int j = columns; j < width; j++) {
                    packed[target + p * width + j] = 0;
                }
            }
        }
    }

    /** A whole panel of a B that runs along k: blocks change rows for columns in registers. */
    private static void turn(RowOrder order, float[] b, int source, int columnStride, float[] packed, int start) {
        Transposition transposition = Transposition.ofThread();
        float[] rows = Scratch.ofThread().panel(TURNED_ROWS * WIDTH);
        int k = order.rows();
        for (int strip = 0; strip < k; strip += TURNED_ROWS) {
            int first = Math.clamp(k - LANES, 0, strip);
            int end = Math.min(k, strip + TURNED_ROWS);
            transposition.toPanel(WIDTH, end - first, 1f, b, source + first, columnStride, rows, 0);
            for (int p = first; p < end; ) {
                int run = Math.min(end - p, order.run(p));
                System.arraycopy(rows, (p - first) * WIDTH, packed, start + order.place(p) * WIDTH, run * WIDTH);
                p += run;
            }
        }
    }

    /** Packs a stretch of rows of one panel; see {@link dev.mezzotint.engine.kernel.GemmKernel#packHalves}. */
    static void packHalves(
            int columns, short[] b, int pitch, int[] rows, int from, int count, short[] packed, int packedOffset) {
        int width = vectors(columns) * LANES;
        for (int i = 0; i < count; i++) {
            int to = packedOffset + rows[from + i] * width;
            gather(columns, b, i, pitch, packed, to);
            for (int j = columns; j < width; j++) {
                packed[to + j] = 0;
            }
        }
    }

    /** One row of a panel; a small method of its own, so that it is compiled after some thousand rows. */
    private static void gather(int columns, short[] b, int from, int pitch, short[] packed, int to) {
        for (int j = 0; j < columns; j++) {
            packed[to + j] = b[from + j * pitch];
        }
    }
}
