package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/** Two-dimensional convolution, channels last, and its two gradients. Layouts are those of {@link ConvGeometry}. */
public interface ConvKernel {
    /** Number of floats that the packed weights of a convolution take. */
    int packedLength(ConvGeometry geometry);

    /** Packs weights (outChannels, kernelHeight, kernelWidth, inChannels) for {@link #forward}. */
    void pack(
            Workers workers, ConvGeometry geometry, float[] weight, int weightOffset, float[] packed, int packedOffset);

    /** y = x ∗ w, with the epilogue's bias (one a channel) and activation. */
    void forward(
            Workers workers,
            ConvGeometry geometry,
            float[] x,
            int xOffset,
            float[] packed,
            int packedOffset,
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
