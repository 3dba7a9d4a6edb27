package dev.mezzotint.engine.kernel.timing;

import static dev.mezzotint.engine.kernel.timing.KernelLog.floats;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.ActivationKernel;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Locale;

/** A {@link ActivationKernel} whose calls are written down. */
final class TimedActivation implements ActivationKernel {
    private final KernelLog log;
    private final ActivationKernel kernel;

    TimedActivation(KernelLog log, ActivationKernel kernel) {
        this.log = log;
        this.kernel = kernel;
    }

    @Override
    public void forward(
            Workers workers, Activation activation, int length, float[] x, int xOffset, float[] y, int yOffset) {
        log.time(
                KernelFamily.ACTIVATION,
                name(activation) + " " + length,
                0,
                floats(2.0 * length),
                () -> kernel.forward(workers, activation, length, x, xOffset, y, yOffset));
    }

    @Override
    public void backward(
            Workers workers,
            Activation activation,
            int length,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset) {
        log.time(
                KernelFamily.ACTIVATION,
                name(activation) + " " + length + ", backward",
                0,
                floats(3.0 * length),
                () -> kernel.backward(workers, activation, length, x, xOffset, dy, dyOffset, dx, dxOffset));
    }

    @Override
    public void geglu(Workers workers, int rows, int width, float[] x, int xOffset, float[] y, int yOffset) {
        log.time(
                KernelFamily.ACTIVATION,
                "GEGLU " + rows + "×" + width,
                0,
                floats(3.0 * rows * width),
                () -> kernel.geglu(workers, rows, width, x, xOffset, y, yOffset));
    }

    @Override
    public void gegluBackward(
            Workers workers,
            int rows,
            int width,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset,
            float[] y,
            int yOffset) {
        log.time(
                KernelFamily.ACTIVATION,
                "GEGLU " + rows + "×" + width + ", backward",
                0,
                floats(6.0 * rows * width),
                () -> kernel.gegluBackward(workers, rows, width, x, xOffset, dy, dyOffset, dx, dxOffset, y, yOffset));
    }

    private static String name(Activation activation) {
        return activation.name().toLowerCase(Locale.ROOT);
    }
}
