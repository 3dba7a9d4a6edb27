package dev.mezzotint.engine.kernel.timing;

import static dev.mezzotint.engine.kernel.timing.KernelLog.floats;

import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.ConvKernel;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Optional;

/** A {@link ConvKernel} whose calls are written down. */
final class TimedConv implements ConvKernel {
    private final KernelLog log;
    private final ConvKernel kernel;

    TimedConv(KernelLog log, ConvKernel kernel) {
        this.log = log;
        this.kernel = kernel;
    }

    @Override
    public void pack(
            Workers workers,
            ConvGeometry geometry,
            int columns,
            float[] weight,
            int weightOffset,
            float[] packed,
            int packedOffset) {
        kernel.pack(workers, geometry, columns, weight, weightOffset, packed, packedOffset);
    }

    @Override
    public int[] packedRows(ConvGeometry geometry) {
        return kernel.packedRows(geometry);
    }

    @Override
    public void forward(
            Workers workers,
            ConvGeometry geometry,
            float[] x,
            int xOffset,
            PackedOperand packed,
            float[] y,
            int yOffset,
            Epilogue epilogue) {
        log.time(
                KernelFamily.CONVOLUTION,
                kind(geometry),
                geometry.flops(),
                floats(image(geometry) + result(geometry)) + TimedGemm.bytes(packed, weights(geometry)),
                Optional.of(packed),
                () -> kernel.forward(workers, geometry, x, xOffset, packed, y, yOffset, epilogue));
    }

    @Override
    public void backwardInput(
            Workers workers,
            ConvGeometry geometry,
            float[] dy,
            int dyOffset,
            float[] weight,
            int weightOffset,
            float[] dx,
            int dxOffset) {
        log.time(
                KernelFamily.CONVOLUTION,
                kind(geometry) + ", by input",
                geometry.flops(),
                floats(image(geometry) + result(geometry) + weights(geometry)),
                Optional.of(weight),
                () -> kernel.backwardInput(workers, geometry, dy, dyOffset, weight, weightOffset, dx, dxOffset));
    }

    @Override
    public void backwardWeight(
            Workers workers,
            ConvGeometry geometry,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dw,
            int dwOffset,
            boolean accumulate) {
        log.time(
                KernelFamily.CONVOLUTION,
                kind(geometry) + ", by weight",
                geometry.flops(),
                floats(image(geometry) + result(geometry) + weights(geometry)),
                () -> kernel.backwardWeight(workers, geometry, x, xOffset, dy, dyOffset, dw, dwOffset, accumulate));
    }

    private static String kind(ConvGeometry g) {
        return "conv " + g.kernelHeight() + "×" + g.kernelWidth() + (g.stride() > 1 ? " /" + g.stride() : "") + ", "
                + (g.batch() > 1 ? g.batch() + "×" : "") + g.height() + "×" + g.width() + "×" + g.inChannels() + " → "
                + g.outChannels();
    }

    private static double image(ConvGeometry g) {
        return (double) g.batch() * g.height() * g.width() * g.inChannels();
    }

    private static double result(ConvGeometry g) {
        return (double) g.rows() * g.outChannels();
    }

    private static double weights(ConvGeometry g) {
        return (double) g.depth() * g.outChannels();
    }
}
