package dev.mezzotint.engine.kernel.scalar;

import dev.mezzotint.engine.kernel.ResampleKernel;
import dev.mezzotint.engine.parallel.Workers;

/** Enlarging, pooling and moving of rows, one value at a time. */
public final class ScalarResample implements ResampleKernel {
    /** Creates the kernel, which has no state. */
    public ScalarResample() {}

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
        workers.run(batch * height * factor, row -> {
            for (int j = 0; j < width * factor; j++) {
                for (int c = 0; c < channels; c++) {
                    // Rows of a batch are consecutive, so row / factor is the row of x in the whole batch.
                    y[yOffset + (row * width * factor + j) * channels + c] =
                            x[xOffset + (row / factor * width + j / factor) * channels + c];
                }
            }
        });
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
        workers.run(batch * height, row -> {
            for (int j = 0; j < width; j++) {
                for (int c = 0; c < channels; c++) {
                    double sum = 0;
                    for (int di = 0; di < factor; di++) {
                        for (int dj = 0; dj < factor; dj++) {
                            int pixel = (row * factor + di) * width * factor + j * factor + dj;
                            sum += x[xOffset + pixel * channels + c];
                        }
                    }
                    y[yOffset + (row * width + j) * channels + c] = (float) (scale * sum);
                }
            }
        });
    }

    @Override
    public void gather(
            Workers workers, int[] indices, int width, float[] table, int tableOffset, float[] out, int outOffset) {
        for (int r = 0; r < indices.length; r++) {
            for (int i = 0; i < width; i++) {
                out[outOffset + r * width + i] = table[tableOffset + indices[r] * width + i];
            }
        }
    }

    @Override
    public void scatterAdd(
            Workers workers, int[] indices, int width, float[] dOut, int dOutOffset, float[] dTable, int dTableOffset) {
        for (int r = 0; r < indices.length; r++) {
            for (int i = 0; i < width; i++) {
                dTable[dTableOffset + indices[r] * width + i] += dOut[dOutOffset + r * width + i];
            }
        }
    }
}
