package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;

/**
 * A 3×3 convolution of one or two images of 4×4 pixels and fewer, with more weights than the caches hold: to transform them,
 * as {@link WinogradPass} does, would take longer than the multiplications that it saves. What each pixel sees is laid out in
 * the order of the packed weights, and one matrix product does the rest. Four images and more would be faster transformed, but
 * the bits of an image must not depend on the others.
 */
final class SmallImagePass {
    private static final int TAPS = 9;

    private static final int LARGEST_SIDE = 4;

    /** Pairs of channels from which on it pays: what it loses on larger batches of narrow layers is more than it gains. */
    private static final int FEWEST_PAIRS = 1 << 18;

    private SmallImagePass() {}

    /** Whether this algorithm is the fastest for a convolution whose weights are packed for {@link WinogradPass}. */
    static boolean suits(ConvGeometry g) {
        return WinogradPass.suits(g)
                && g.height() <= LARGEST_SIDE
                && g.width() <= LARGEST_SIDE
                && g.inChannels() * g.outChannels() >= FEWEST_PAIRS;
    }

    static void run(
            SimdGemm gemm,
            Workers workers,
            ConvGeometry g,
            float[] x,
            int xOffset,
            PackedOperand packed,
            float[] y,
            int yOffset,
            Epilogue epilogue) {
        int rows = g.rows();
        int depth = g.depth();
        int outputs = g.outChannels();
        float[] patches = Scratch.ofThread().patches(rows * depth);
        RowOrder order = new RowOrder(TAPS, g.inChannels());
        workers.run(rows, row -> gather(g, order, x, xOffset, row, patches, row * depth));
        gemm.multiply(workers, rows, outputs, depth, patches, 0, depth, 1, packed, y, yOffset, outputs, epilogue);
    }

    /** Lays out what one pixel sees. */
    private static void gather(
            ConvGeometry g, RowOrder order, float[] x, int xOffset, int row, float[] patches, int to) {
        int channels = g.inChannels();
        int left = row % g.width() - 1;
        int top = row / g.width() % g.height() - 1;
        int image = row / g.width() / g.height();
        for (int tap = 0; tap < TAPS; tap++) {
            int i = top + tap / 3;
            int j = left + tap % 3;
            boolean inside = i >= 0 && i < g.height() && j >= 0 && j < g.width();
            int from = xOffset + ((image * g.height() + i) * g.width() + j) * channels;
            for (int c = 0; c < channels; c += RowOrder.GROUP) {
                int count = order.run(tap * channels + c);
                int at = to + order.place(tap * channels + c);
                if (inside) {
                    System.arraycopy(x, from + c, patches, at, count);
                } else {
                    Arrays.fill(patches, at, at + count, 0);
                }
            }
        }
    }
}
