package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.parallel.Workers;

/**
 * Gradient of a convolution by its weights: dW[o, u, (v, c)] = Σ over pixels of dy[pixel, o] · x[what kernel row u sees
 * there]. For one u that is a product of dy transposed, read in place, with a framed band of x. A task owns one kernel row
 * and some output channels, and goes over all pixels in order.
 */
final class WeightGradientPass {
    /** Output pixels in one pass of the sum, where the image allows. */
    private static final int PIXELS = 256;

    private WeightGradientPass() {}

    static void run(
            Workers workers,
            ConvGeometry geometry,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dw,
            int dwOffset,
            boolean accumulate) {
        if (geometry.isPointwise()) {
            int inputs = geometry.inChannels();
            int outputs = geometry.outChannels();
            OuterProductPass.run(
                    workers, geometry.rows(), inputs, outputs, x, xOffset, dy, dyOffset, dw, dwOffset, accumulate);
            return;
        }
        if (WinogradGradientPass.suits(geometry)) {
            WinogradShape tiled = WinogradShape.of(geometry);
            WinogradGradientPass.run(workers, tiled, x, xOffset, dy, dyOffset, dw, dwOffset, accumulate);
            return;
        }
        Correlation shape = Correlation.forward(geometry);
        int tiles = (shape.outChannels() + Panels.TILE_ROWS - 1) / Panels.TILE_ROWS;
        int kernelRows = shape.kernelHeight();
        Split split =
                Split.of(workers, tiles, tiles, Panels.count(shape.run()), (double) geometry.flops() / kernelRows);
        Epilogue epilogue = accumulate ? Epilogue.ACCUMULATE : Epilogue.STORE;
        workers.run(
                kernelRows * split.tasks(),
                task -> row(
                        shape,
                        task % kernelRows,
                        split,
                        task / kernelRows,
                        x,
                        xOffset,
                        dy,
                        dyOffset,
                        dw,
                        dwOffset,
                        epilogue));
    }

    private static void row(
            Correlation shape,
            int kernelRow,
            Split split,
            int part,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dw,
            int dwOffset,
            Epilogue epilogue) {
        Scratch scratch = Scratch.ofThread();
        int outChannels = shape.outChannels();
        int firstChannel = split.rowFrom(part) * Panels.TILE_ROWS;
        int channels = Math.min(outChannels, split.rowTo(part) * Panels.TILE_ROWS) - firstChannel;
        int target = dwOffset + (firstChannel * shape.kernelHeight() + kernelRow) * shape.run();
        // Output rows of the whole batch, cut into passes of whole rows that depend on the geometry alone.
        int allRows = shape.batch() * shape.outHeight();
        int passRows = Math.max(1, PIXELS / shape.outWidth());
        for (int row = 0; row < allRows; row += passRows) {
            int rows = Math.min(passRows, allRows - row);
            int[] index = scratch.positions(rows * shape.outWidth());
            float[] band = band(scratch, shape, kernelRow, row, rows, x, xOffset, index);
            Tiles.columns(
                    scratch,
                    channels,
                    dy,
                    dyOffset + row * shape.outWidth() * outChannels + firstChannel,
                    outChannels,
                    split.panelFrom(part),
                    split.panelTo(part),
                    shape.run(),
                    rows * shape.outWidth(),
                    band,
                    0,
                    Panels.WIDTH,
                    index,
                    dw,
                    target,
                    shape.depth(),
                    epilogue,
                    row == 0,
                    row + rows == allRows);
        }
    }

    /** Frames the input rows that one kernel row sees from the given output rows; {@code index} gets each pixel's place. */
    private static float[] band(
            Scratch scratch,
            Correlation shape,
            int kernelRow,
            int firstRow,
            int rows,
            float[] x,
            int xOffset,
            int[] index) {
        int pitch = shape.pitch();
        int pixelStep = shape.step() * shape.channels();
        // The last panel may be read past its columns, up to a whole vector.
        float[] band = scratch.values(rows * pitch + Panels.WIDTH);
        for (int r = 0; r < rows; r++) {
            int image = (firstRow + r) / shape.outHeight();
            int y = (firstRow + r) % shape.outHeight();
            shape.frameRow(x, xOffset, image, y * shape.step() + kernelRow, band, r * pitch);
            for (int c = 0; c < shape.outWidth(); c++) {
                index[r * shape.outWidth() + c] = r * pitch + c * pixelStep;
            }
        }
        return band;
    }
}
