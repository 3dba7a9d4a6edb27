package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.parallel.Workers;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Runs a {@link Correlation}: each task makes some rows of one image, or some whole images. */
final class CorrelationPass {
    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;

    /** Output pixels of a task at most, as rows of a product: each task reads and widens all weights of its panels. */
    private static final int PIXELS = 258;

    /** Pixels of a band that are worth reading the weights for. */
    private static final int FEWEST_PIXELS = 128;

    /** Floats that a framed band should not exceed, so that a few of them stay in the last-level cache. */
    private static final int BAND_FLOATS = 1 << 20;

    /** Kernel rows shorter than this are first gathered to whole kernels: the register tile wants a long sum. */
    private static final int SHORTEST_RUN = 64;

    private CorrelationPass() {}

    static void run(
            Workers workers,
            Correlation shape,
            float[] x,
            int xOffset,
            PackedOperand packed,
            float[] y,
            int yOffset,
            Epilogue epilogue) {
        int pixels = shape.outHeight() * shape.outWidth();
        int panels = Panels.count(shape.outChannels());
        double flops = 2.0 * shape.batch() * pixels * shape.depth() * shape.outChannels();
        // A unit is one image, or one row of one where images are large.
        boolean wholeImages = shape.batch() > 1 && pixels <= PIXELS;
        int unitPixels = wholeImages ? pixels : shape.outWidth();
        int unitFloats = wholeImages ? shape.bandRows(shape.outHeight()) * shape.pitch() : shape.step() * shape.pitch();
        int units = wholeImages ? shape.batch() : shape.outHeight();
        int largest = Math.max(1, Math.min(PIXELS / unitPixels, BAND_FLOATS / unitFloats));
        int images = wholeImages ? 1 : shape.batch();
        // Rather as many bands as threads than groups of panels, each of which would frame the same band again.
        int share = Math.ceilDiv(images * units, workers.threads());
        if (share * unitPixels >= FEWEST_PIXELS) {
            largest = Math.min(largest, share);
        }
        Split split = Split.ofPanels(workers, units, largest, panels, flops / images);
        workers.run(images * split.tasks(), task -> {
            int part = task % split.tasks();
            int image = task / split.tasks();
            int from = split.rowFrom(part);
            int to = split.rowTo(part);
            if (wholeImages) {
                block(
                        shape,
                        x,
                        xOffset,
                        packed,
                        y,
                        yOffset,
                        epilogue,
                        from,
                        to - from,
                        0,
                        shape.outHeight(),
                        split.panelFrom(part),
                        split.panelTo(part));
            } else {
                block(
                        shape,
                        x,
                        xOffset,
                        packed,
                        y,
                        yOffset,
                        epilogue,
                        image,
                        1,
                        from,
                        to,
                        split.panelFrom(part),
                        split.panelTo(part));
            }
        });
    }

    private static void block(
            Correlation shape,
            float[] x,
            int xOffset,
            PackedOperand packed,
            float[] y,
            int yOffset,
            Epilogue epilogue,
            int image,
            int images,
            int rowFrom,
            int rowTo,
            int panelFrom,
            int panelTo) {
        Scratch scratch = Scratch.ofThread();
        int outRows = rowTo - rowFrom;
        int bandRows = shape.bandRows(outRows);
        int pitch = shape.pitch();
        int pixels = images * outRows * shape.outWidth();
        float[] band = scratch.values(images * bandRows * pitch + LANES);
        int[] positions = scratch.positions(pixels);
        int pixel = 0;
        for (int g = 0; g < images; g++) {
            for (int r = 0; r < bandRows; r++) {
                int row = rowFrom * shape.step() + r;
                shape.frameRow(x, xOffset, image + g, row, band, (g * bandRows + r) * pitch);
            }
            for (int r = 0; r < outRows; r++) {
                int start = (g * bandRows + r * shape.step()) * pitch;
                for (int c = 0; c < shape.outWidth(); c++) {
                    positions[pixel++] = start + c * shape.step() * shape.channels();
                }
            }
        }
        int run = shape.run();
        int rows = shape.kernelHeight();
        float[] a = band;
        int shift = pitch;
        if (run < SHORTEST_RUN) {
            a = gather(scratch, shape, band, positions, pixels);
            run = shape.depth();
            rows = 1;
            shift = 0;
        }
        int c = yOffset + ((image * shape.outHeight() + rowFrom) * shape.outWidth()) * shape.outChannels();
        int passes = Panels.depthBlocks(run);
        for (int row = 0; row < rows; row++) {
            for (int pass = 0; pass < passes; pass++) {
                int p = Panels.depthStart(run, pass);
                int depth = Panels.depthStart(run, pass + 1) - p;
                Tiles.rows(
                        scratch,
                        pixels,
                        a,
                        positions,
                        row * shift + p,
                        panelFrom,
                        panelTo,
                        shape.outChannels(),
                        shape.depth(),
                        row * run + p,
                        depth,
                        packed,
                        y,
                        c,
                        shape.outChannels(),
                        epilogue,
                        row == 0 && pass == 0,
                        row == rows - 1 && pass == passes - 1);
            }
        }
    }

    /**
     * Lays all that a pixel's kernel sees in one row, and points {@code positions} there. Whole vectors are copied: what is too
     * much, the next copy overwrites.
     */
    private static float[] gather(Scratch scratch, Correlation shape, float[] band, int[] positions, int pixels) {
        int run = shape.run();
        int depth = shape.depth();
        int pitch = shape.pitch();
        float[] patches = scratch.patches(pixels * depth + LANES);
        for (int pixel = 0; pixel < pixels; pixel++) {
            int to = pixel * depth;
            copy(shape.kernelHeight(), run, band, positions[pixel], pitch, patches, to);
            positions[pixel] = to;
        }
        return patches;
    }

    private static void copy(int rows, int run, float[] band, int from, int pitch, float[] patches, int to) {
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < run; i += LANES) {
                FloatVector.fromArray(S, band, from + row * pitch + i).intoArray(patches, to + row * run + i);
            }
        }
    }
}
