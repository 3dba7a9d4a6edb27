package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/** Softmax over the rows of a dense (rows, width) matrix, and cross-entropy on top of it. */
public interface SoftmaxKernel {
    /** y = exp(x − max) / Σ exp(x − max) for each row; y may be x. */
    void forward(Workers workers, int rows, int width, float[] x, int xOffset, float[] y, int yOffset);

    /** dx = y · (dy − Σ y dy) for each row. */
    void backward(
            Workers workers,
            int rows,
            int width,
            float[] y,
            int yOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset);

    /**
     * Cross-entropy with integer targets: losses[r] = log Σ exp(x[r]) − x[r][target], and its gradient by x, softmax(x) −
     * onehot, not yet scaled. A target of −1 is ignored: its loss and gradients are zero.
     */
    void crossEntropy(
            Workers workers,
            int rows,
            int width,
            float[] x,
            int xOffset,
            int[] targets,
            float[] losses,
            float[] dx,
            int dxOffset);
}
