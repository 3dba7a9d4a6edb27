package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Layouts;
import dev.mezzotint.engine.tensor.Tensor;

/** How a parameter is laid out in checkpoints, which are PyTorch's, compared with this engine. */
public enum ParameterLayout {
    /** The same on both sides: vectors, linear weights (out, in), embeddings (entries, width). */
    SAME,
    /** Convolution weights: (out, in, kernelHeight, kernelWidth) there, (out, kernelHeight, kernelWidth, in) here. */
    CONVOLUTION,
    /** Linear weights (out, in) here that older checkpoints store as 1×1 convolutions (out, in, 1, 1). */
    POINTWISE;

    /** The checkpoint's shape of a parameter of this engine's shape. */
    public Shape stored(Shape shape) {
        return switch (this) {
            case SAME -> shape;
            case CONVOLUTION -> Shape.of(shape.size(0), shape.size(3), shape.size(1), shape.size(2));
            case POINTWISE -> Shape.of(shape.size(0), shape.size(1), 1, 1);
        };
    }

    /** The values in the checkpoint's order. */
    public float[] toStored(Tensor value) {
        return this == CONVOLUTION ? Layouts.permute(value, 0, 3, 1, 2).data() : value.data();
    }

    /** Fills a parameter from values in the checkpoint's order. */
    public void fromStored(float[] stored, Tensor value) {
        float[] source = this == CONVOLUTION
                ? Layouts.permute(Tensor.of(stored, stored(value.shape())), 0, 2, 3, 1)
                        .data()
                : stored;
        System.arraycopy(source, 0, value.data(), 0, source.length);
    }
}
