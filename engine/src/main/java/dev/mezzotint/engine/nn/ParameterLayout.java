package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Layouts;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Arrays;

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

    /** Whether a checkpoint's tensor of this shape can be a parameter of this engine's shape. */
    public boolean fits(Shape shape, int[] stored) {
        // A pointwise layer is stored with or without its two kernel sizes of one, by version of the writer.
        return Arrays.equals(stored(shape).toArray(), stored)
                || this == POINTWISE && Arrays.equals(shape.toArray(), stored);
    }

    /**
     * Brings rows in the checkpoint's order into this engine's, in place. A row is what lies behind one index of the first
     * dimension, which is the same on both sides.
     *
     * @param shape of the whole parameter, in this engine's layout
     */
    void rowsFromStored(float[] rows, int count, Shape shape) {
        if (this != CONVOLUTION) {
            return;
        }
        int channels = shape.size(3);
        int taps = shape.size(1) * shape.size(2);
        int length = channels * taps;
        float[] stored = new float[length];
        for (int row = 0; row < count; row++) {
            System.arraycopy(rows, row * length, stored, 0, length);
            for (int tap = 0; tap < taps; tap++) {
                int to = row * length + tap * channels;
                for (int c = 0; c < channels; c++) {
                    rows[to + c] = stored[c * taps + tap];
                }
            }
        }
    }

    /**
     * Where in a row of this engine's layout each element of a checkpoint's row belongs.
     *
     * @param shape of the whole parameter, in this engine's layout
     */
    int[] placesInRow(Shape shape) {
        int length = shape.length() / shape.size(0);
        int[] places = new int[length];
        int channels = this == CONVOLUTION ? shape.size(3) : length;
        int taps = length / channels;
        for (int i = 0; i < length; i++) {
            places[i] = i % taps * channels + i / taps;
        }
        return places;
    }
}
