package dev.mezzotint.engine.kernel.timing;

import static dev.mezzotint.engine.kernel.timing.KernelLog.floats;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.NormGeometry;
import dev.mezzotint.engine.kernel.NormKernel;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Optional;

/** A {@link NormKernel} whose calls are written down. */
final class TimedNorm implements NormKernel {
    private final KernelLog log;
    private final NormKernel kernel;

    TimedNorm(KernelLog log, NormKernel kernel) {
        this.log = log;
        this.kernel = kernel;
    }

    @Override
    public void forward(
            Workers workers,
            NormGeometry geometry,
            float[] x,
            int xOffset,
            float[] gamma,
            float[] beta,
            float[] y,
            int yOffset,
            float[] mean,
            float[] rstd) {
        log.time(
                KernelFamily.NORM,
                kind(geometry),
                0,
                floats(2 * length(geometry)),
                Optional.of(gamma),
                () -> kernel.forward(workers, geometry, x, xOffset, gamma, beta, y, yOffset, mean, rstd));
    }

    @Override
    public void backward(
            Workers workers,
            NormGeometry geometry,
            float[] x,
            int xOffset,
            float[] gamma,
            float[] beta,
            float[] mean,
            float[] rstd,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset,
            float[] dGamma,
            float[] dBeta) {
        log.time(
                KernelFamily.NORM,
                kind(geometry) + ", backward",
                0,
                floats(3 * length(geometry)),
                Optional.of(gamma),
                () -> kernel.backward(
                        workers, geometry, x, xOffset, gamma, beta, mean, rstd, dy, dyOffset, dx, dxOffset, dGamma,
                        dBeta));
    }

    private static String kind(NormGeometry g) {
        String activation = g.activation() == Activation.NONE ? "" : " + " + g.activation();
        return g.positions() == 1
                ? "layer norm " + g.batch() + "×" + g.channels() + activation
                : "group norm " + (g.batch() > 1 ? g.batch() + "×" : "") + g.positions() + "×" + g.channels()
                        + activation;
    }

    private static double length(NormGeometry g) {
        return (double) g.batch() * g.positions() * g.channels();
    }
}
