package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/** Two-dimensional convolution, channels last, and its two gradients. Layouts are those of {@link ConvGeometry}. */
public interface ConvKernel {
    /**
     * y = x ∗ w, with the epilogue's bias (one a channel) and activation.
     *
     * @param packed the weights (outChannels, kernelHeight, kernelWidth, inChannels), packed by the {@link GemmKernel} of
     *     the same set: a matrix of {@code depth} rows and {@code outChannels} columns
     */
    void forward(
            Workers workers,
            ConvGeometry geometry,
            float[] x,
            int xOffset,
            PackedOperand packed,
            float[] y,
            int yOffset,
            Epilogue epilogue);

    /** Gradient by the input from the gradient by the output and the plain (not packed) weights; overwrites dx. */
    void backwardInput(
            Workers workers,
            ConvGeometry geometry,
            float[] dy,
            int dyOffset,
            float[] weight,
            int weightOffset,
            float[] dx,
            int dxOffset);

    /** Gradient by the weights, laid out like them; added to dw when accumulating, else dw is overwritten. */
    void backwardWeight(
            Workers workers,
            ConvGeometry geometry,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dw,
            int dwOffset,
            boolean accumulate);
}
