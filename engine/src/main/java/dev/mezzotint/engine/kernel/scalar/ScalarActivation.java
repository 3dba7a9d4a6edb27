package dev.mezzotint.engine.kernel.scalar;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.ActivationKernel;
import dev.mezzotint.engine.kernel.Blocks;
import dev.mezzotint.engine.parallel.Workers;

/** The activations one value at a time. */
public final class ScalarActivation implements ActivationKernel {
    /** Creates the kernel, which has no state. */
    public ScalarActivation() {}

    @Override
    public void forward(
            Workers workers, Activation activation, int length, float[] x, int xOffset, float[] y, int yOffset) {
        Blocks.run(workers, length, Blocks.ELEMENTS, (from, to) -> {
            for (int i = from; i < to; i++) {
                y[yOffset + i] = (float) ScalarMath.activate(activation, x[xOffset + i]);
            }
        });
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
        Blocks.run(workers, length, Blocks.ELEMENTS, (from, to) -> {
            for (int i = from; i < to; i++) {
                dx[dxOffset + i] = (float) (dy[dyOffset + i] * ScalarMath.derivative(activation, x[xOffset + i]));
            }
        });
    }

    @Override
    public void geglu(Workers workers, int rows, int width, float[] x, int xOffset, float[] y, int yOffset) {
        Blocks.run(workers, rows, Blocks.rows(width), (from, to) -> {
            for (int r = from; r < to; r++) {
                for (int c = 0; c < width; c++) {
                    float value = x[xOffset + 2 * r * width + c];
                    float gate = x[xOffset + 2 * r * width + width + c];
                    y[yOffset + r * width + c] = (float) (value * ScalarMath.activate(Activation.GELU, gate));
                }
            }
        });
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
        Blocks.run(workers, rows, Blocks.rows(width), (from, to) -> {
            for (int r = from; r < to; r++) {
                for (int c = 0; c < width; c++) {
                    int at = 2 * r * width + c;
                    float value = x[xOffset + at];
                    float gate = x[xOffset + at + width];
                    double gradient = dy[dyOffset + r * width + c];
                    double gelu = ScalarMath.activate(Activation.GELU, gate);
                    y[yOffset + r * width + c] = (float) (value * gelu);
                    dx[dxOffset + at] = (float) (gradient * gelu);
                    dx[dxOffset + at + width] =
                            (float) (gradient * value * ScalarMath.derivative(Activation.GELU, gate));
                }
            }
        });
    }
}
