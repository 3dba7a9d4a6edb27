package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Blocks;
import dev.mezzotint.engine.kernel.ResampleKernel;
import dev.mezzotint.engine.parallel.Workers;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Enlarging, pooling and moving of rows, with lanes along the channels. */
public final class SimdResample implements ResampleKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /** Columns of a table that one task of a scatter owns. */
    private static final int SCATTER_COLUMNS = 64;

    /** Creates the kernel, which has no state. */
    public SimdResample() {}

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
        int rowLength = width * channels;
        int tall = rowLength * factor;
        Blocks.run(workers, batch * height, Blocks.rows(tall * factor), (from, to) -> {
            for (int row = from; row < to; row++) {
                int target = yOffset + row * factor * tall;
                repeatPixels(width, channels, factor, x, xOffset + row * rowLength, y, target);
                for (int copy = 1; copy < factor; copy++) {
                    System.arraycopy(y, target, y, target + copy * tall, tall);
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
        int rowLength = width * channels;
        Blocks.run(workers, batch * height, Blocks.rows(rowLength * factor * factor), (from, to) -> {
            for (int row = from; row < to; row++) {
                for (int j = 0; j < width; j++) {
                    int source = xOffset + row * factor * rowLength * factor + j * factor * channels;
                    int target = yOffset + row * rowLength + j * channels;
                    sumBlock(channels, factor, rowLength * factor, scale, x, source, y, target);
                }
            }
        });
    }

    @Override
    public void gather(
            Workers workers, int[] indices, int width, float[] table, int tableOffset, float[] out, int outOffset) {
        Blocks.run(workers, indices.length, Blocks.rows(width), (from, to) -> {
            for (int r = from; r < to; r++) {
                System.arraycopy(table, tableOffset + indices[r] * width, out, outOffset + r * width, width);
            }
        });
    }

    @Override
    public void scatterAdd(
            Workers workers, int[] indices, int width, float[] dOut, int dOutOffset, float[] dTable, int dTableOffset) {
        // Split over columns, because two rows may meet in one row of the table.
        int columns = (long) indices.length * width <= Blocks.ELEMENTS ? width : SCATTER_COLUMNS;
        Blocks.run(workers, width, columns, (from, to) -> {
            for (int r = 0; r < indices.length; r++) {
                ElementwiseLoops.addTo(
                        to - from,
                        dOut,
                        dOutOffset + r * width + from,
                        dTable,
                        dTableOffset + indices[r] * width + from);
            }
        });
    }

    private static void repeatPixels(
            int width, int channels, int factor, float[] x, int xOffset, float[] y, int yOffset) {
        for (int j = 0; j < width; j++) {
            for (int copy = 0; copy < factor; copy++) {
                System.arraycopy(x, xOffset + j * channels, y, yOffset + (j * factor + copy) * channels, channels);
            }
        }
    }

    private static void sumBlock(
            int channels, int factor, int xStride, float scale, float[] x, int xOffset, float[] y, int yOffset) {
        int c = 0;
        if (factor == 2) {
            for (; c <= channels - LANES; c += LANES) {
                int at = xOffset + c;
                FloatVector above = load(x, at).add(load(x, at + channels));
                FloatVector below = load(x, at + xStride).add(load(x, at + xStride + channels));
                above.add(below).mul(scale).intoArray(y, yOffset + c);
            }
        }
        for (; c <= channels - LANES; c += LANES) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int di = 0; di < factor; di++) {
                for (int dj = 0; dj < factor; dj++) {
                    sum = sum.add(load(x, xOffset + di * xStride + dj * channels + c));
                }
            }
            sum.mul(scale).intoArray(y, yOffset + c);
        }
        for (; c < channels; c++) {
            float sum = 0f;
            for (int di = 0; di < factor; di++) {
                for (int dj = 0; dj < factor; dj++) {
                    sum += x[xOffset + di * xStride + dj * channels + c];
                }
            }
            y[yOffset + c] = sum * scale;
        }
    }

    private static FloatVector load(float[] a, int offset) {
        return FloatVector.fromArray(SPECIES, a, offset);
    }
}
