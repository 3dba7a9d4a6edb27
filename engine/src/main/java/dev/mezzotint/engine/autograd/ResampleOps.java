package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.ResampleKernel;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;

/** Enlarging and reducing images, and looking up rows of a table. */
public final class ResampleOps {
    private ResampleOps() {}

    /** Nearest-neighbour enlargement of an image (batch, height, width, channels) by a whole factor. */
    public static Tensor upsample(Tape tape, Tensor x, int factor) {
        if (x.shape().rank() != 4 || factor < 1) {
            throw new IllegalArgumentException("upsample: input " + x.shape()
                    + " must be (batch, height, width, channels) and the factor at least 1, it is " + factor);
        }
        int batch = x.size(0);
        int height = x.size(1);
        int width = x.size(2);
        int channels = x.size(3);
        ResampleKernel kernel = tape.kernels().resample();
        Tensor y = tape.allocate(Shape.of(batch, height * factor, width * factor, channels));
        kernel.upsample(tape.workers(), batch, height, width, channels, factor, x.data(), 0, y.data(), 0);
        return tape.record(
                y,
                dy -> tape.addGradient(
                        x,
                        dx -> kernel.sumPool(tape.workers(), batch, height, width, channels, factor, 1, dy, 0, dx, 0)),
                x);
    }

    /** Mean of each factor × factor block of an image (batch, height, width, channels). */
    public static Tensor averagePool(Tape tape, Tensor x, int factor) {
        if (x.shape().rank() != 4 || factor < 1 || x.size(1) % factor != 0 || x.size(2) % factor != 0) {
            throw new IllegalArgumentException("averagePool: input " + x.shape()
                    + " must be (batch, height, width, channels) that blocks of " + factor + " divide");
        }
        int batch = x.size(0);
        int height = x.size(1) / factor;
        int width = x.size(2) / factor;
        int channels = x.size(3);
        float scale = 1f / (factor * factor);
        ResampleKernel kernel = tape.kernels().resample();
        Tensor y = tape.allocate(Shape.of(batch, height, width, channels));
        kernel.sumPool(tape.workers(), batch, height, width, channels, factor, scale, x.data(), 0, y.data(), 0);
        return tape.record(
                y,
                dy -> tape.addGradient(x, dx -> {
                    kernel.upsample(tape.workers(), batch, height, width, channels, factor, dy, 0, dx, 0);
                    tape.kernels().elementwise().affine(tape.workers(), dx.length, scale, 0, dx, 0, dx, 0);
                }),
                x);
    }

    /**
     * Rows of a table, as an embedding looks them up.
     *
     * @param table (entries, width)
     * @param indices which rows
     * @return (indices.length, width)
     * @throws IllegalArgumentException if an index is not a row of the table
     */
    public static Tensor gather(Tape tape, Tensor table, int[] indices) {
        requireRows(table.shape(), indices);
        int width = table.shape().last();
        ResampleKernel kernel = tape.kernels().resample();
        Tensor y = tape.allocate(Shape.of(indices.length, width));
        kernel.gather(tape.workers(), indices, width, table.data(), 0, y.data(), 0);
        return tape.record(
                y,
                dy -> {
                    if (tape.needs(table)) {
                        kernel.scatterAdd(tape.workers(), indices, width, dy, 0, tape.gradientSum(table), 0);
                    }
                },
                table);
    }

    /**
     * Refuses indices that are not rows of a table.
     *
     * @throws IllegalArgumentException if the table is no matrix, there is no index, or one is not a row
     */
    public static void requireRows(Shape table, int[] indices) {
        if (table.rank() != 2 || indices.length == 0) {
            throw new IllegalArgumentException("gather: a table of shape " + table + " and " + indices.length
                    + " indices; it needs a matrix and at least one index");
        }
        for (int index : indices) {
            if (index < 0 || index >= table.size(0)) {
                throw new IllegalArgumentException(
                        "gather: index " + index + " is not a row of a table of shape " + table);
            }
        }
    }
}
