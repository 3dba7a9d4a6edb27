package dev.mezzotint.engine.kernel.timing;

import static dev.mezzotint.engine.kernel.timing.KernelLog.floats;

import dev.mezzotint.engine.kernel.ResampleKernel;
import dev.mezzotint.engine.parallel.Workers;

/** A {@link ResampleKernel} whose calls are written down. */
final class TimedResample implements ResampleKernel {
    private final KernelLog log;
    private final ResampleKernel kernel;

    TimedResample(KernelLog log, ResampleKernel kernel) {
        this.log = log;
        this.kernel = kernel;
    }

    @Override
    public void upsample(
            Workers workers,
            int batch,
            int height,
            int width,
            int channels,
            int factor,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset) {
        log.time(
                KernelFamily.RESAMPLE,
                "upsample " + height + "×" + width + "×" + channels,
                0,
                floats((1.0 + factor * factor) * batch * height * width * channels),
                () -> kernel.upsample(workers, batch, height, width, channels, factor, x, xOffset, y, yOffset));
    }

    @Override
    public void sumPool(
            Workers workers,
            int batch,
            int height,
            int width,
            int channels,
            int factor,
            float scale,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset) {
        log.time(
                KernelFamily.RESAMPLE,
                "pool to " + height + "×" + width + "×" + channels,
                0,
                floats((1.0 + factor * factor) * batch * height * width * channels),
                () -> kernel.sumPool(workers, batch, height, width, channels, factor, scale, x, xOffset, y, yOffset));
    }

    @Override
    public void gather(
            Workers workers, int[] indices, int width, float[] table, int tableOffset, float[] out, int outOffset) {
        log.time(
                KernelFamily.RESAMPLE,
                "gather " + indices.length + "×" + width,
                0,
                floats(2.0 * indices.length * width),
                () -> kernel.gather(workers, indices, width, table, tableOffset, out, outOffset));
    }

    @Override
    public void scatterAdd(
            Workers workers, int[] indices, int width, float[] dOut, int dOutOffset, float[] dTable, int dTableOffset) {
        log.time(
                KernelFamily.RESAMPLE,
                "scatter " + indices.length + "×" + width,
                0,
                floats(3.0 * indices.length * width),
                () -> kernel.scatterAdd(workers, indices, width, dOut, dOutOffset, dTable, dTableOffset));
    }
}
