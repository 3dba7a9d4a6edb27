package dev.mezzotint.engine.kernel.scalar;

import dev.mezzotint.engine.kernel.SoftmaxKernel;
import dev.mezzotint.engine.parallel.Workers;

/** Softmax and cross-entropy row by row; sums in double precision. */
public final class ScalarSoftmax implements SoftmaxKernel {

    @Override
    public void forward(Workers workers, int rows, int width, float[] x, int xOffset, float[] y, int yOffset) {
        workers.run(rows, row -> {
            int from = xOffset + row * width;
            int to = yOffset + row * width;
            double max = max(width, x, from);
            double sum = sumOfExp(width, x, from, max);
            for (int i = 0; i < width; i++) {
                y[to + i] = (float) (Math.exp(x[from + i] - max) / sum);
            }
        });
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
        workers.run(rows, row -> {
            int yRow = yOffset + row * width;
            int dyRow = dyOffset + row * width;
            double dot = 0;
            for (int i = 0; i < width; i++) {
                dot += (double) y[yRow + i] * dy[dyRow + i];
            }
            for (int i = 0; i < width; i++) {
                dx[dxOffset + row * width + i] = (float) (y[yRow + i] * (dy[dyRow + i] - dot));
            }
        });
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
        workers.run(rows, row -> {
            int from = xOffset + row * width;
            int to = dxOffset + row * width;
            int target = targets[row];
            if (target == -1) {
                losses[row] = 0f;
                for (int i = 0; i < width; i++) {
                    dx[to + i] = 0f;
                }
                return;
            }
            if (target < 0 || target >= width) {
                throw new IllegalArgumentException("cross-entropy: the target of row " + row + " is " + target
                        + "; it must be -1 or below the number of classes, " + width);
            }
            double max = max(width, x, from);
            double sum = sumOfExp(width, x, from, max);
            losses[row] = (float) (max - x[from + target] + Math.log(sum));
            for (int i = 0; i < width; i++) {
                double p = Math.exp(x[from + i] - max) / sum;
                dx[to + i] = (float) (i == target ? p - 1 : p);
            }
        });
    }

    private static double max(int width, float[] x, int offset) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < width; i++) {
            max = Math.max(max, x[offset + i]);
        }
        return max;
    }

    private static double sumOfExp(int width, float[] x, int offset, double max) {
        double sum = 0;
        for (int i = 0; i < width; i++) {
            sum += Math.exp(x[offset + i] - max);
        }
        return sum;
    }
}
