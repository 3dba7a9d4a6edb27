package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;

/**
 * Winograd's minimal filtering F(4×4, 3×3) (Lavin and Gray 2015, section 4): Y = Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A, 36
 * multiplications for 16 pixels instead of 144. Summed over channels, the elementwise product is 36 matrix products of
 * tiles × channels by channels × outputs, which go through the register tiles of the matrix product.
 *
 * <p>The transforms interpolate at 0, ±3/4, ±3/2 and ∞. With the usual 0, ±1, ±2, ∞ the largest error against float64
 * is 3.6 times as large (1280 channels: 2.5e-6 against 9.0e-6 of the largest value).
 */
final class WinogradPass {
    static final float A = 0.75f;
    static final float B = 1.5f;

    /**
     * Transformed values of the input that exist at a time, so that they stay in the last-level cache: as many as
     * {@link #BAND_TILES} tiles take, within these bounds.
     */
    private static final int FEWEST_FLOATS = 3 << 19;

    private static final int MOST_FLOATS = 5 << 20;

    /** With fewer tiles the transform of the weights, made anew for each band, takes too large a part. */
    private static final int BAND_TILES = 128;

    /** Tiles whose products are summed at a time by one thread: more fall out of its second-level cache. */
    private static final int LARGEST_RANGE = 128;

    /** So few transformed weights of small images are all made ahead, so that groups may be small. */
    private static final long FEW_WEIGHTS = 1 << 20;

    /** Tiles of a group then: their transformed input and products stay in the second-level cache. */
    private static final int FEW_TILES = 32;

    /** So many tasks a thread, or else an even share of them. */
    private static final int TASKS_A_THREAD = 8;

    /**
     * So many groups of rows of tiles a thread let each of them be one thread's alone: threads then wait for each other once,
     * not twice a band.
     */
    private static final int GROUPS_A_THREAD = 4;

    /** Tiles beside each other that are transformed at a time: two more columns of pixels are read for each piece. */
    private static final int SHORTEST_PIECE = 8;

    private WinogradPass() {}

    /**
     * Whether this algorithm computes the convolution. The size of its images does not count, since weights are packed for
     * one algorithm; where it loses to the direct one, on 4 × 4 pixels and fewer, little time is lost.
     */
    static boolean suits(ConvGeometry g) {
        return g.kernelHeight() == 3
                && g.kernelWidth() == 3
                && g.stride() == 1
                && g.padTop() == 1
                && g.padLeft() == 1
                && g.padBottom() == 1
                && g.padRight() == 1
                && g.inChannels() >= Panels.LANES;
    }

    static void run(
            Workers workers,
            WinogradShape shape,
            float[] x,
            int xOffset,
            WinogradOperand weights,
            float[] y,
            int yOffset,
            Epilogue epilogue) {
        boolean few = 36L * shape.channels() * shape.outChannels() <= FEW_WEIGHTS && shape.tileColumns() < FEW_TILES;
        int group = Math.max(1, (few ? FEW_TILES : LARGEST_RANGE) / shape.tileColumns());
        int groups = (shape.strips() + group - 1) / group;
        int tiles = group * shape.tileColumns();
        boolean apart = groups >= GROUPS_A_THREAD * workers.threads()
                && (long) workers.threads() * tiles * tileFloats(shape) <= FEWEST_FLOATS;
        if (apart) {
            WinogradOperand operand = few ? transformed(workers, shape, weights) : weights;
            workers.run(groups, task -> {
                int from = (int) ((long) shape.strips() * task / groups);
                int to = (int) ((long) shape.strips() * (task + 1) / groups);
                group(shape, from, to, x, xOffset, operand, y, yOffset, epilogue);
            });
        } else {
            bands(workers, shape, x, xOffset, weights, y, yOffset, epilogue);
        }
    }

    /** All weights transformed ahead. */
    private static WinogradOperand transformed(Workers workers, WinogradShape shape, WinogradOperand weights) {
        int panels = Panels.count(shape.outChannels());
        int slice = WinogradShape.slice(shape.pitch() * Panels.WIDTH);
        float[] u = Scratch.ofThread().transformed(36 * panels * shape.blocks() * slice);
        workers.run(panels * shape.blocks(), task -> {
            int panel = task / shape.blocks();
            int width = Panels.vectors(Panels.columns(shape.outChannels(), panel)) * Panels.LANES;
            int block = task % shape.blocks();
            weights.transform(shape, panel, width, block, u, 36 * task * slice, slice, Scratch.ofThread());
        });
        return new WinogradOperand.Transformed(u);
    }

    /** Values of a transformed tile of the input. */
    private static int tileFloats(WinogradShape shape) {
        return 36 * shape.blocks() * shape.pitch();
    }

    /** Some rows of tiles on one thread, from the input to the output. */
    private static void group(
            WinogradShape shape,
            int from,
            int to,
            float[] x,
            int xOffset,
            WinogradOperand weights,
            float[] y,
            int yOffset,
            Epilogue epilogue) {
        int columns = shape.tileColumns();
        int tiles = (to - from) * columns;
        int slice = WinogradShape.slice(tiles * shape.pitch());
        Scratch scratch = Scratch.ofThread();
        float[] v = scratch.values(36 * shape.blocks() * slice);
        for (int strip = 0; strip < to - from; strip++) {
            for (int block = 0; block < shape.blocks(); block++) {
                int at = block * 36 * slice + strip * columns * shape.pitch();
                WinogradInput.transform(shape, x, xOffset, from + strip, 0, columns, block, v, at, slice, scratch);
            }
        }
        Products products = Products.of(1, tiles, Panels.count(shape.outChannels()));
        for (int task = 0; task < products.tasks(); task++) {
            multiply(shape, from, products, task, v, slice, weights, y, yOffset, epilogue);
        }
    }

    /** All threads transform a band of rows of tiles together, then multiply it together. */
    private static void bands(
            Workers workers,
            WinogradShape shape,
            float[] x,
            int xOffset,
            WinogradOperand weights,
            float[] y,
            int yOffset,
            Epilogue epilogue) {
        int blocks = shape.blocks();
        int pitch = shape.pitch();
        int strips = shape.strips();
        int tileFloats = tileFloats(shape);
        int bandFloats = Math.clamp(BAND_TILES * tileFloats, FEWEST_FLOATS, MOST_FLOATS);
        int largest = Math.clamp(bandFloats / (tileFloats * shape.tileColumns()), 1, strips);
        int bands = (strips + largest - 1) / largest;
        int longest = (strips + bands - 1) / bands;
        int slice = WinogradShape.slice(longest * shape.tileColumns() * pitch);
        float[] v = Scratch.ofThread().values(36 * blocks * slice);
        for (int band = 0; band < bands; band++) {
            int from = (int) ((long) strips * band / bands);
            int to = (int) ((long) strips * (band + 1) / bands);
            int pieces = pieces(workers.threads(), (to - from) * blocks, shape.tileColumns());
            workers.run((to - from) * blocks * pieces, task -> {
                int piece = task % pieces;
                int block = task / pieces % blocks;
                int strip = task / pieces / blocks;
                int first = shape.tileColumns() * piece / pieces;
                int last = shape.tileColumns() * (piece + 1) / pieces;
                int at = block * 36 * slice + strip * shape.tileColumns() * pitch;
                Scratch scratch = Scratch.ofThread();
                WinogradInput.transform(shape, x, xOffset, from + strip, first, last, block, v, at, slice, scratch);
            });
            int tiles = (to - from) * shape.tileColumns();
            Products products = Products.of(workers.threads(), tiles, Panels.count(shape.outChannels()));
            workers.run(
                    products.tasks(),
                    task -> multiply(shape, from, products, task, v, slice, weights, y, yOffset, epilogue));
        }
    }

    /** Into how many pieces each row of tiles is cut for the input's transform, if there are few tasks otherwise. */
    private static int pieces(int threads, int tasks, int tileColumns) {
        int most = Math.max(1, tileColumns / SHORTEST_PIECE);
        return threads == 1 ? 1 : Math.clamp(TASKS_A_THREAD * threads / tasks, 1, most);
    }

    /**
     * The products of some tiles as tasks: panels times ranges of tiles. Each range transforms its panel's weights anew, so only
     * the panels that are left when every thread has had as many are cut into more ranges than the second-level cache asks for.
     */
    private record Products(int tiles, int panels, int ranges, int left, int leftRanges) {
        static Products of(int threads, int tiles, int panels) {
            int ranges = (tiles + LARGEST_RANGE - 1) / LARGEST_RANGE;
            int left = panels * ranges % threads == 0 ? 0 : panels < threads ? panels : panels % threads;
            int leftRanges = ranges;
            while (leftRanges * Panels.TILE_ROWS < tiles
                    && left * leftRanges < TASKS_A_THREAD * threads
                    && left * leftRanges % threads != 0) {
                leftRanges++;
            }
            return new Products(tiles, panels, ranges, left, leftRanges);
        }

        private int even() {
            return (panels - left) * ranges;
        }

        int tasks() {
            return even() + left * leftRanges;
        }

        int panel(int task) {
            return task < even() ? task / ranges : panels - left + (task - even()) / leftRanges;
        }

        int first(int task) {
            return task < even() ? cut(ranges, task % ranges) : cut(leftRanges, (task - even()) % leftRanges);
        }

        int last(int task) {
            return task < even() ? cut(ranges, task % ranges + 1) : cut(leftRanges, (task - even()) % leftRanges + 1);
        }

        /** Cuts between whole register tiles. */
        private int cut(int parts, int part) {
            int units = (tiles + Panels.TILE_ROWS - 1) / Panels.TILE_ROWS;
            return Math.min(tiles, units * part / parts * Panels.TILE_ROWS);
        }
    }

    /** One task of the products of a band that begins with strip {@code from}. */
    private static void multiply(
            WinogradShape shape,
            int from,
            Products products,
            int task,
            float[] v,
            int vSlice,
            WinogradOperand weights,
            float[] y,
            int yOffset,
            Epilogue epilogue) {
        Scratch scratch = Scratch.ofThread();
        int pitch = shape.pitch();
        int panel = products.panel(task);
        int columns = Panels.columns(shape.outChannels(), panel);
        int vectors = Panels.vectors(columns);
        int width = vectors * Panels.LANES;
        int first = products.first(task);
        int tiles = products.last(task) - first;
        boolean ready = weights instanceof WinogradOperand.Transformed;
        int uSlice = WinogradShape.slice(pitch * (ready ? Panels.WIDTH : width));
        int mSlice = WinogradShape.slice((tiles + Panels.TILE_ROWS) * width);
        float[] u = weights instanceof WinogradOperand.Transformed t ? t.values() : scratch.packed(36 * uSlice);
        float[] m = scratch.dense(36 * mSlice);
        int[] rows = scratch.positions(tiles);
        for (int tile = 0; tile < tiles; tile++) {
            rows[tile] = (first + tile) * pitch;
        }
        for (int block = 0; block < shape.blocks(); block++) {
            int uOffset = ready ? (panel * shape.blocks() + block) * 36 * uSlice : 0;
            weights.transform(shape, panel, width, block, u, uOffset, uSlice, scratch);
            int length = shape.blockLength(block);
            for (int i = 0; i < 36; i++) {
                int shift = (36 * block + i) * vSlice;
                int at = uOffset + i * uSlice;
                WinogradMicroKernel.multiply(vectors, length, v, rows, tiles, shift, u, at, m, i * mSlice, block > 0);
            }
        }
        float[] image = scratch.patches(16 * width);
        float[] bias = scratch.panel(width);
        Arrays.fill(bias, 0, width, 0);
        if (epilogue.hasBias()) {
            System.arraycopy(epilogue.bias(), panel * Panels.WIDTH, bias, 0, columns);
        }
        for (int tile = 0; tile < tiles; tile++) {
            int strip = (first + tile) / shape.tileColumns();
            int column = (first + tile) % shape.tileColumns();
            WinogradOutput.transform(
                    shape, from + strip, column, panel, m, tile * width, mSlice, bias, image, y, yOffset, epilogue);
        }
    }
}
