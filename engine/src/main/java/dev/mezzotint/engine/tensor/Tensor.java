package dev.mezzotint.engine.tensor;

import dev.mezzotint.engine.shape.Shape;
import java.util.Arrays;
import java.util.Objects;

/**
 * A dense row-major array of floats with a shape. Images are channels-last: (batch, height, width, channels). A tensor
 * is a view of its array, not a value: two tensors may share one array (see {@link #reshape}), and equality is identity.
 */
public final class Tensor {
    private static final float[] SURRENDERED = {};

    private final Shape shape;
    private float[] data;

    private Tensor(Shape shape, float[] data) {
        this.shape = Objects.requireNonNull(shape, "shape");
        this.data = Objects.requireNonNull(data, "data");
        if (data.length != shape.length()) {
            throw new IllegalArgumentException(
                    "tensor: shape " + shape + " needs " + shape.length() + " values, got " + data.length);
        }
    }

    /**
     * Wraps an array without copying it.
     *
     * @throws IllegalArgumentException if the array's length is not the shape's
     */
    public static Tensor of(float[] data, int... sizes) {
        return new Tensor(Shape.of(sizes), data);
    }

    /** Wraps an array without copying it. */
    public static Tensor of(float[] data, Shape shape) {
        return new Tensor(shape, data);
    }

    /** A new tensor of zeros. */
    public static Tensor zeros(int... sizes) {
        return zeros(Shape.of(sizes));
    }

    /** A new tensor of zeros. */
    public static Tensor zeros(Shape shape) {
        return new Tensor(shape, new float[shape.length()]);
    }

    /** The shape. */
    public Shape shape() {
        return shape;
    }

    /** Size of a dimension; negative indices count from the innermost. */
    public int size(int dimension) {
        return shape.size(dimension);
    }

    /** Number of elements. */
    public int length() {
        return shape.length();
    }

    /**
     * The array itself, not a copy.
     *
     * @throws IllegalStateException if it was surrendered
     */
    public float[] data() {
        if (data == SURRENDERED) {
            throw new IllegalStateException(
                    "tensor: the values of this one, of shape " + shape + ", were handed back and may be read no more");
        }
        return data;
    }

    /**
     * Gives the array up to whoever will use it again. The tensor keeps its shape alone: a method that still holds it
     * neither reads another's values nor keeps a large array in memory.
     */
    public float[] surrender() {
        float[] given = data();
        data = SURRENDERED;
        return given;
    }

    /** Element of a flat index. */
    public float get(int index) {
        return data[index];
    }

    /** The only value of a tensor of one element. */
    public float item() {
        if (data.length != 1) {
            throw new IllegalStateException("item: the tensor has " + data.length + " values, not one");
        }
        return data[0];
    }

    /**
     * Another shape over the same array.
     *
     * @throws IllegalArgumentException if the number of elements differs
     */
    public Tensor reshape(int... sizes) {
        return reshape(Shape.of(sizes));
    }

    /** Another shape over the same array. */
    public Tensor reshape(Shape other) {
        if (other.length() != data.length) {
            throw new IllegalArgumentException("reshape: " + shape + " has " + data.length
                    + " elements and cannot become " + other + ", which has " + other.length());
        }
        return new Tensor(other, data);
    }

    /** A tensor of its own with the same values. */
    public Tensor copy() {
        return new Tensor(shape, data.clone());
    }

    /** Sets every element. */
    public void fill(float value) {
        Arrays.fill(data, value);
    }

    /** (batch, channels, height, width), PyTorch's order, from this channels-last image. */
    public Tensor toChannelsFirst() {
        return Layouts.permute(this, 0, 3, 1, 2);
    }

    /** (batch, height, width, channels), this library's order, from an image in PyTorch's. */
    public Tensor toChannelsLast() {
        return Layouts.permute(this, 0, 2, 3, 1);
    }

    @Override
    public String toString() {
        return "Tensor(" + shape + ")";
    }
}
