package dev.mezzotint.engine.kernel.timing;

import static dev.mezzotint.engine.kernel.timing.KernelLog.floats;

import dev.mezzotint.engine.kernel.BinaryOp;
import dev.mezzotint.engine.kernel.BroadcastGeometry;
import dev.mezzotint.engine.kernel.ElementwiseKernel;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Locale;

/** A {@link ElementwiseKernel} whose calls are written down. */
final class TimedElementwise implements ElementwiseKernel {
    private final KernelLog log;
    private final ElementwiseKernel kernel;

    TimedElementwise(KernelLog log, ElementwiseKernel kernel) {
        this.log = log;
        this.kernel = kernel;
    }

    @Override
    public void binary(
            Workers workers,
            BinaryOp op,
            int length,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] out,
            int outOffset) {
        log.time(
                KernelFamily.ELEMENTWISE,
                name(op) + " " + length,
                0,
                floats(3.0 * length),
                () -> kernel.binary(workers, op, length, a, aOffset, b, bOffset, out, outOffset));
    }

    @Override
    public void broadcast(
            Workers workers,
            BinaryOp op,
            BroadcastGeometry geometry,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] out,
            int outOffset) {
        log.time(
                KernelFamily.ELEMENTWISE,
                name(op) + " " + shape(geometry) + " stretched",
                0,
                floats(2.0 * geometry.length()),
                () -> kernel.broadcast(workers, op, geometry, a, aOffset, b, bOffset, out, outOffset));
    }

    @Override
    public void reduce(Workers workers, BroadcastGeometry geometry, float[] a, int aOffset, float[] b, int bOffset) {
        log.time(
                KernelFamily.ELEMENTWISE,
                "sums of " + shape(geometry),
                0,
                floats(geometry.length()),
                () -> kernel.reduce(workers, geometry, a, aOffset, b, bOffset));
    }

    @Override
    public void affine(
            Workers workers, int length, float scale, float shift, float[] a, int aOffset, float[] out, int outOffset) {
        log.time(
                KernelFamily.ELEMENTWISE,
                "affine " + length,
                0,
                floats(2.0 * length),
                () -> kernel.affine(workers, length, scale, shift, a, aOffset, out, outOffset));
    }

    @Override
    public void axpy(Workers workers, int length, float factor, float[] x, int xOffset, float[] y, int yOffset) {
        log.time(
                KernelFamily.ELEMENTWISE,
                "axpy " + length,
                0,
                floats(3.0 * length),
                () -> kernel.axpy(workers, length, factor, x, xOffset, y, yOffset));
    }

    @Override
    public void copyRows(
            Workers workers,
            int rows,
            int width,
            float[] source,
            int sourceOffset,
            int sourceStride,
            float[] target,
            int targetOffset,
            int targetStride,
            boolean accumulate) {
        log.time(
                KernelFamily.ELEMENTWISE,
                "copy " + rows + "×" + width,
                0,
                floats((accumulate ? 3.0 : 2.0) * rows * width),
                () -> kernel.copyRows(
                        workers,
                        rows,
                        width,
                        source,
                        sourceOffset,
                        sourceStride,
                        target,
                        targetOffset,
                        targetStride,
                        accumulate));
    }

    @Override
    public double sum(Workers workers, int length, float[] a, int aOffset) {
        double[] result = new double[1];
        log.time(
                KernelFamily.ELEMENTWISE,
                "sum " + length,
                0,
                floats(length),
                () -> result[0] = kernel.sum(workers, length, a, aOffset));
        return result[0];
    }

    @Override
    public double dot(Workers workers, int length, float[] a, int aOffset, float[] b, int bOffset) {
        double[] result = new double[1];
        log.time(
                KernelFamily.ELEMENTWISE,
                "dot " + length,
                0,
                floats(2.0 * length),
                () -> result[0] = kernel.dot(workers, length, a, aOffset, b, bOffset));
        return result[0];
    }

    private static String name(BinaryOp op) {
        return op.name().toLowerCase(Locale.ROOT);
    }

    private static String shape(BroadcastGeometry geometry) {
        return geometry.outer() + "×" + geometry.middle() + "×" + geometry.inner();
    }
}
