package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/** Two-dimensional convolution, channels last, and its two gradients. Layouts are those of {@link ConvGeometry}. */
public interface ConvKernel {
    /**
     * Packs the plain weights of some output channels for {@link #forward}: as the {@link GemmKernel} of the same set packs a
     * matrix of {@code depth} rows, one a weight of an output channel, and {@code columns} columns, except that its rows may
     * stand in another order. The order depends on kernel, stride, padding and channels alone, not on the images.
     *
     * @param columns how many output channels, not necessarily all of them
     * @param weight (columns, kernelHeight, kernelWidth, inChannels)
     * @param packed receives {@link GemmKernel#packedLength} floats from {@code packedOffset}
     */
    void pack(
            Workers workers,
            ConvGeometry geometry,
            int columns,
            float[] weight,
            int weightOffset,
            float[] packed,
            int packedOffset);

    /** The order of {@link #pack}: where each row of the matrix stands. */
    int[] packedRows(ConvGeometry geometry);

    /**
     * y = x ∗ w, with the epilogue's bias (one a channel) and activation.
     *
     * @param packed the weights (outChannels, kernelHeight, kernelWidth, inChannels), packed as {@link #pack} does
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
