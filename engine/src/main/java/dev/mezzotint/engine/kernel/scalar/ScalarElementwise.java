package dev.mezzotint.engine.kernel.scalar;

import dev.mezzotint.engine.kernel.BinaryOp;
import dev.mezzotint.engine.kernel.Blocks;
import dev.mezzotint.engine.kernel.BroadcastGeometry;
import dev.mezzotint.engine.kernel.ElementwiseKernel;
import dev.mezzotint.engine.parallel.Workers;

/** Element-wise arithmetic one value at a time; reductions run on the caller, from first to last. */
public final class ScalarElementwise implements ElementwiseKernel {
    /** Creates the kernel, which has no state. */
    public ScalarElementwise() {}

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
        Blocks.run(workers, length, Blocks.ELEMENTS, (from, to) -> {
            for (int i = from; i < to; i++) {
                out[outOffset + i] = apply(op, a[aOffset + i], b[bOffset + i]);
            }
        });
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
        int inner = geometry.inner();
        Blocks.run(workers, geometry.outer() * geometry.middle(), Blocks.rows(inner), (from, to) -> {
            for (int row = from; row < to; row++) {
                int bRow = bOffset + rowOffset(geometry, row);
                for (int i = 0; i < inner; i++) {
                    int at = row * inner + i;
                    out[outOffset + at] = apply(op, a[aOffset + at], b[bRow + i * geometry.innerStride()]);
                }
            }
        });
    }

    @Override
    public void reduce(Workers workers, BroadcastGeometry geometry, float[] a, int aOffset, float[] b, int bOffset) {
        int inner = geometry.inner();
        int rows = geometry.outer() * geometry.middle();
        double[] sums = new double[rowOffset(geometry, rows - 1) + (inner - 1) * geometry.innerStride() + 1];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < inner; i++) {
                sums[rowOffset(geometry, row) + i * geometry.innerStride()] += a[aOffset + row * inner + i];
            }
        }
        for (int i = 0; i < sums.length; i++) {
            b[bOffset + i] = (float) (b[bOffset + i] + sums[i]);
        }
    }

    @Override
    public void affine(
            Workers workers, int length, float scale, float shift, float[] a, int aOffset, float[] out, int outOffset) {
        Blocks.run(workers, length, Blocks.ELEMENTS, (from, to) -> {
            for (int i = from; i < to; i++) {
                out[outOffset + i] = scale * a[aOffset + i] + shift;
            }
        });
    }

    @Override
    public void axpy(Workers workers, int length, float factor, float[] x, int xOffset, float[] y, int yOffset) {
        Blocks.run(workers, length, Blocks.ELEMENTS, (from, to) -> {
            for (int i = from; i < to; i++) {
                y[yOffset + i] += factor * x[xOffset + i];
            }
        });
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
        Blocks.run(workers, rows, Blocks.rows(width), (from, to) -> {
            for (int r = from; r < to; r++) {
                for (int i = 0; i < width; i++) {
                    float value = source[sourceOffset + r * sourceStride + i];
                    int at = targetOffset + r * targetStride + i;
                    target[at] = accumulate ? target[at] + value : value;
                }
            }
        });
    }

    @Override
    public double sum(Workers workers, int length, float[] a, int aOffset) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += a[aOffset + i];
        }
        return sum;
    }

    @Override
    public double dot(Workers workers, int length, float[] a, int aOffset, float[] b, int bOffset) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (double) a[aOffset + i] * b[bOffset + i];
        }
        return sum;
    }

    /** Where in b the row o · middle + m begins. */
    private static int rowOffset(BroadcastGeometry geometry, int row) {
        return row / geometry.middle() * geometry.outerStride() + row % geometry.middle() * geometry.middleStride();
    }

    private static float apply(BinaryOp op, float a, float b) {
        return switch (op) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
        };
    }
}
