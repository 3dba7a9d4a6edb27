package dev.mezzotint.engine.kernel.timing;

import static dev.mezzotint.engine.kernel.timing.KernelLog.floats;

import dev.mezzotint.engine.kernel.SoftmaxKernel;
import dev.mezzotint.engine.parallel.Workers;

/** A {@link SoftmaxKernel} whose calls are written down. */
final class TimedSoftmax implements SoftmaxKernel {
    private final KernelLog log;
    private final SoftmaxKernel kernel;

    TimedSoftmax(KernelLog log, SoftmaxKernel kernel) {
        this.log = log;
        this.kernel = kernel;
    }

    @Override
    public void forward(Workers workers, int rows, int width, float[] x, int xOffset, float[] y, int yOffset) {
        log.time(
                KernelFamily.SOFTMAX,
                "softmax " + rows + "×" + width,
                0,
                floats(2.0 * rows * width),
                () -> kernel.forward(workers, rows, width, x, xOffset, y, yOffset));
    }

    @Override
    public void backward(
            Workers workers,
            int rows,
            int width,
            float[] y,
            int yOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset) {
        log.time(
                KernelFamily.SOFTMAX,
                "softmax " + rows + "×" + width + ", backward",
                0,
                floats(3.0 * rows * width),
                () -> kernel.backward(workers, rows, width, y, yOffset, dy, dyOffset, dx, dxOffset));
    }

    @Override
    public void crossEntropy(
            Workers workers,
            int rows,
            int width,
            float[] x,
            int xOffset,
            int[] targets,
            float[] losses,
            float[] dx,
            int dxOffset) {
        log.time(
                KernelFamily.SOFTMAX,
                "cross-entropy " + rows + "×" + width,
                0,
                floats(2.0 * rows * width),
                () -> kernel.crossEntropy(workers, rows, width, x, xOffset, targets, losses, dx, dxOffset));
    }
}
