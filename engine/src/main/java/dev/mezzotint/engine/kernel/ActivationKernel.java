package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/** Point-wise activations and the gated GEGLU, with their gradients. */
public interface ActivationKernel {
    /** y = activation(x) for {@code length} values; y may be x. */
    void forward(Workers workers, Activation activation, int length, float[] x, int xOffset, float[] y, int yOffset);

    /** dx = dy · activation′(x); dx may be dy. */
    void backward(
            Workers workers,
            Activation activation,
            int length,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset);

    /** GEGLU (Shazeer 2020): y[r, c] = x[r, c] · gelu(x[r, width + c]) with x (rows, 2 · width), y (rows, width). */
    void geglu(Workers workers, int rows, int width, float[] x, int xOffset, float[] y, int yOffset);

    /** Gradient of {@link #geglu}: overwrites dx (rows, 2 · width), and y with the result, so that it need not be kept. */
    void gegluBackward(
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
            int yOffset);
}
