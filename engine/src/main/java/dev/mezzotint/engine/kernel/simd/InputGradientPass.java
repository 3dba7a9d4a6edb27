package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;

/**
 * Gradient of a convolution by its input. With stride s the pixels of the input fall into s × s classes: those whose row
 * (with padding) leaves the rest a and whose column leaves the rest b met the kernel rows a, a + s, … and columns b, b +
 * s, … only. Each class is a plain correlation of dy with that part of the kernel, turned by 180°.
 */
final class InputGradientPass {
    private InputGradientPass() {}

    static void run(
            Workers workers,
            ConvGeometry geometry,
            float[] dy,
            int dyOffset,
            float[] weight,
            int weightOffset,
            float[] dx,
            int dxOffset) {
        int stride = geometry.stride();
        for (int a = 0; a < stride; a++) {
            for (int b = 0; b < stride; b++) {
                Phase rows = Phase.of(a, stride, geometry.padTop(), geometry.height(), geometry.kernelHeight());
                Phase columns = Phase.of(b, stride, geometry.padLeft(), geometry.width(), geometry.kernelWidth());
                if (rows.count() == 0 || columns.count() == 0) {
                    continue;
                }
                phase(workers, geometry, rows, columns, dy, dyOffset, weight, weightOffset, dx, dxOffset);
            }
        }
    }

    /**
     * One class of rows or columns.
     *
     * @param rest row plus padding, modulo the stride
     * @param first the first such row
     * @param count how many there are
     * @param taps how many rows of the kernel meet them
     * @param pad rows of zeros before dy
     */
    private record Phase(int rest, int first, int count, int taps, int pad) {
        static Phase of(int rest, int stride, int padding, int length, int kernel) {
            int first = Math.floorMod(rest - padding, stride);
            int count = Math.max(0, (length - first + stride - 1) / stride);
            int taps = Math.max(0, (kernel - rest + stride - 1) / stride);
            return new Phase(rest, first, count, taps, taps - 1 - (first + padding - rest) / stride);
        }
    }

    private static void phase(
            Workers workers,
            ConvGeometry geometry,
            Phase rows,
            Phase columns,
            float[] dy,
            int dyOffset,
            float[] weight,
            int weightOffset,
            float[] dx,
            int dxOffset) {
        if (rows.taps() == 0 || columns.taps() == 0) {
            scatter(workers, geometry, rows, columns, new float[0], dx, dxOffset);
            return;
        }
        int channels = geometry.inChannels();
        Correlation shape = new Correlation(
                geometry.batch(),
                geometry.outHeight(),
                geometry.outWidth(),
                geometry.outChannels(),
                rows.pad(),
                columns.pad(),
                rows.taps(),
                columns.taps(),
                1,
                rows.count(),
                columns.count(),
                channels);
        Scratch scratch = Scratch.ofThread();
        boolean winograd =
                geometry.stride() == 1 && WinogradPass.suits(geometry) && WinogradPass.suits(turned(geometry));
        if (winograd && channels % Panels.LANES == 0) {
            WinogradOperand weights = new WinogradOperand.Turned(weight, weightOffset);
            WinogradShape tiled = WinogradShape.of(turned(geometry));
            WinogradPass.run(workers, tiled, dy, dyOffset, weights, dx, dxOffset, Epilogue.STORE);
            return;
        }
        RowOrder order = winograd ? new RowOrder(9, geometry.outChannels()) : RowOrder.plain(shape.depth());
        float[] packed = scratch.turned(Panels.packedLength(shape.depth(), channels));
        workers.run(
                Panels.count(channels),
                panel -> pack(panel, geometry, rows, columns, weight, weightOffset, packed, order));
        PackedOperand operand = new PackedOperand.Floats(packed);
        if (geometry.stride() == 1) {
            if (winograd) {
                WinogradShape tiled = WinogradShape.of(turned(geometry));
                WinogradOperand weights = new WinogradOperand.Packed(operand);
                WinogradPass.run(workers, tiled, dy, dyOffset, weights, dx, dxOffset, Epilogue.STORE);
                return;
            }
            CorrelationPass.run(workers, shape, dy, dyOffset, operand, dx, dxOffset, Epilogue.STORE);
            return;
        }
        float[] dense = scratch.dense(geometry.batch() * rows.count() * columns.count() * channels);
        CorrelationPass.run(workers, shape, dy, dyOffset, operand, dense, 0, Epilogue.STORE);
        scatter(workers, geometry, rows, columns, dense, dx, dxOffset);
    }

    /** The convolution of dy that the gradient is, where the images stay as large as they are. */
    private static ConvGeometry turned(ConvGeometry g) {
        return ConvGeometry.square(g.batch(), g.height(), g.width(), g.outChannels(), g.inChannels(), 3, 1, 1);
    }

    /** Packs the part of the kernel that a class meets, turned by 180°, its input and output channels exchanged. */
    private static void pack(
            int panel,
            ConvGeometry geometry,
            Phase rows,
            Phase columns,
            float[] weight,
            int weightOffset,
            float[] packed,
            RowOrder order) {
        int stride = geometry.stride();
        int taps = geometry.kernelHeight() * geometry.kernelWidth();
        int column = panel * Panels.WIDTH;
        int used = Panels.columns(geometry.inChannels(), panel);
        int width = Panels.vectors(used) * Panels.LANES;
        int start = column * order.rows();
        int row = 0;
        for (int u = rows.taps() - 1; u >= 0; u--) {
            for (int v = columns.taps() - 1; v >= 0; v--) {
                int tap = (rows.rest() + u * stride) * geometry.kernelWidth() + columns.rest() + v * stride;
                for (int o = 0; o < geometry.outChannels(); o++) {
                    int from = weightOffset + (o * taps + tap) * geometry.inChannels() + column;
                    int to = start + order.place(row) * width;
                    System.arraycopy(weight, from, packed, to, used);
                    Arrays.fill(packed, to + used, to + width, 0);
                    row++;
                }
            }
        }
    }

    /** Copies a class's pixels to where they belong; an empty array stands for zeros. */
    private static void scatter(
            Workers workers,
            ConvGeometry geometry,
            Phase rows,
            Phase columns,
            float[] dense,
            float[] dx,
            int dxOffset) {
        int stride = geometry.stride();
        int channels = geometry.inChannels();
        workers.run(geometry.batch() * rows.count(), row -> {
            int image = row / rows.count();
            int y = rows.first() + row % rows.count() * stride;
            int to = dxOffset + ((image * geometry.height() + y) * geometry.width() + columns.first()) * channels;
            for (int i = 0; i < columns.count(); i++) {
                int at = to + i * stride * channels;
                if (dense.length == 0) {
                    Arrays.fill(dx, at, at + channels, 0);
                } else {
                    System.arraycopy(dense, (row * columns.count() + i) * channels, dx, at, channels);
                }
            }
        });
    }
}
