package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.parallel.Workers;

/**
 * The gradient of a 3×3 convolution by its weights with a quarter of the multiplications: the forward pass of {@link
 * WinogradPass}, Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, read backwards gives dg = Gᵀ[(A dY Aᵀ) ⊙ (Bᵀ d B)]G. Summed over tiles, the
 * elementwise product is 36 products of outputs × tiles by tiles × channels.
 */
final class WinogradGradientPass {
    /** Transformed values of both sides that exist at a time, so that what the second-level cache loses of them is near. */
    private static final int BAND_FLOATS = 9 << 16;

    /** With fewer tiles the transform of the 36 sums takes too large a part. */
    private static final int FEWEST_TILES = 32;

    /** Tiles in a pass of the sum: those of both sides stay in the first-level cache. */
    private static final int DEPTH = 96;

    /** Rows that the sums of a panel of outputs take: whole tiles of either kernel. */
    private static final int PANEL_ROWS = (Panels.WIDTH + Panels.TILE_ROWS - 1) / Panels.TILE_ROWS * Panels.TILE_ROWS;

    private static final float[] ZEROS = new float[WinogradShape.LARGE_BLOCK];

    private WinogradGradientPass() {}

    /** Whether this algorithm computes the gradient, and in less time than the direct one. */
    static boolean suits(ConvGeometry g) {
        WinogradShape shape = WinogradShape.of(g);
        return WinogradPass.suits(g)
                && g.outChannels() >= Panels.LANES
                && shape.strips() * shape.tileColumns() >= FEWEST_TILES;
    }

    static void run(
            Workers workers,
            WinogradShape shape,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dw,
            int dwOffset,
            boolean accumulate) {
        int blocks = shape.blocks();
        int outputs = shape.outChannels();
        int panels = Panels.count(outputs);
        int mPitch = blocks * shape.pitch();
        int strips = shape.strips();
        int stripFloats = 36 * (mPitch + panels * Panels.WIDTH) * shape.tileColumns();
        int bands = Math.clamp(((long) strips * stripFloats + BAND_FLOATS - 1) / BAND_FLOATS, 1, strips);
        int longest = (strips + bands - 1) / bands * shape.tileColumns();
        int vSlice = WinogradShape.slice(longest * shape.pitch());
        int zSlice = WinogradShape.slice(longest * Panels.WIDTH);
        int mSlice = WinogradShape.slice(panels * PANEL_ROWS * mPitch);
        Scratch scratch = Scratch.ofThread();
        float[] v = scratch.values(36 * blocks * vSlice);
        float[] z = scratch.packed(36 * panels * zSlice);
        float[] m = scratch.dense(36 * mSlice);
        for (int band = 0; band < bands; band++) {
            int from = (int) ((long) strips * band / bands);
            int to = (int) ((long) strips * (band + 1) / bands);
            boolean add = band > 0;
            workers.run((to - from) * (blocks + panels), task -> {
                int part = task % (blocks + panels);
                int strip = task / (blocks + panels);
                int tile = strip * shape.tileColumns();
                Scratch own = Scratch.ofThread();
                if (part < blocks) {
                    int at = 36 * part * vSlice + tile * shape.pitch();
                    int columns = shape.tileColumns();
                    WinogradInput.transform(shape, x, xOffset, from + strip, 0, columns, part, v, at, vSlice, own);
                } else {
                    int at = 36 * (part - blocks) * zSlice + tile * Panels.WIDTH;
                    WinogradAdjoint.spread(shape, dy, dyOffset, from + strip, part - blocks, z, at, zSlice, own);
                }
            });
            int tiles = (to - from) * shape.tileColumns();
            workers.run(36 * panels * blocks, task -> {
                int block = task % blocks;
                int panel = task / blocks % panels;
                int i = task / blocks / panels;
                int a = (36 * panel + i) * zSlice;
                int b = (36 * block + i) * vSlice;
                int c = i * mSlice + panel * PANEL_ROWS * mPitch + block * shape.pitch();
                int columns = Panels.columns(outputs, panel);
                multiply(tiles, columns, z, a, v, b, shape.pitch(), m, c, mPitch, add);
            });
        }
        workers.run(outputs, output -> {
            int row = output / Panels.WIDTH * PANEL_ROWS + output % Panels.WIDTH;
            gather(shape, m, row * mPitch, mSlice, dw, dwOffset + output * 9 * shape.channels(), accumulate);
        });
    }

    /** Adds one of the 36 products of one panel of outputs and one block of channels to its sums, or begins them. */
    private static void multiply(
            int tiles,
            int outputs,
            float[] z,
            int zOffset,
            float[] v,
            int vOffset,
            int pitch,
            float[] m,
            int mOffset,
            int mPitch,
            boolean add) {
        int[] index = Scratch.ofThread().positions(DEPTH);
        for (int p = 0; p < DEPTH; p++) {
            index[p] = p * pitch;
        }
        for (int tile = 0; tile < tiles; tile += DEPTH) {
            int depth = Math.min(DEPTH, tiles - tile);
            int a = zOffset + tile * Panels.WIDTH;
            int b = vOffset + tile * pitch;
            boolean more = add || tile > 0;
            for (int column = 0; column < pitch; column += Panels.WIDTH) {
                if (pitch - column >= Panels.WIDTH) {
                    OuterMicroKernel.multiply(
                            outputs,
                            depth,
                            z,
                            a,
                            Panels.WIDTH,
                            v,
                            b + column,
                            pitch,
                            m,
                            mOffset + column,
                            mPitch,
                            more);
                    continue;
                }
                int vectors = Panels.vectors(pitch - column);
                for (int row = 0; row < outputs; row += Panels.TILE_ROWS) {
                    int last = Math.min(Panels.TILE_ROWS, outputs - row) - 1;
                    int c = mOffset + row * mPitch + column;
                    ColumnMicroKernel.multiply(
                            vectors, depth, z, a + row, Panels.WIDTH, last, v, b + column, index, m, c, mPitch, more);
                }
            }
        }
    }

    /** Transforms the sums of one output and puts them, or adds them, where its weights' gradients are. */
    private static void gather(
            WinogradShape shape, float[] m, int mOffset, int slice, float[] dw, int dwOffset, boolean accumulate) {
        int pitch = shape.pitch();
        int channels = shape.channels();
        float[] taps = Scratch.ofThread().panel(9 * pitch);
        for (int block = 0; block < shape.blocks(); block++) {
            int from = mOffset + block * pitch;
            int to = dwOffset + shape.blockStart(block);
            int length = shape.blockLength(block);
            if (length % Panels.LANES == 0) {
                float[] d = accumulate ? dw : ZEROS;
                int at = accumulate ? to : 0;
                WinogradAdjoint.gather(length, m, from, slice, d, at, accumulate ? channels : 0, dw, to, channels);
                continue;
            }
            WinogradAdjoint.gather(pitch, m, from, slice, ZEROS, 0, 0, taps, 0, pitch);
            for (int tap = 0; tap < 9; tap++) {
                if (accumulate) {
                    ElementwiseLoops.addTo(length, taps, tap * pitch, dw, to + tap * channels);
                } else {
                    System.arraycopy(taps, tap * pitch, dw, to + tap * channels, length);
                }
            }
        }
    }
}
