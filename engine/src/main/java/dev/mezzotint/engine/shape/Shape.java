package dev.mezzotint.engine.shape;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The sizes of a dense row-major tensor, outermost first. Immutable. */
public final class Shape {
    /** Elements of the largest tensor: what one array holds. */
    public static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;

    private final int[] sizes;
    private final int length;

    private Shape(int[] sizes) {
        long product = 1;
        for (int size : sizes) {
            if (size < 1) {
                throw new IllegalArgumentException("shape: every size must be positive, got " + Arrays.toString(sizes));
            }
            product *= size;
            if (product > MOST_ELEMENTS) {
                throw new IllegalArgumentException(
                        "shape: " + Arrays.toString(sizes) + " has more elements than one array can hold");
            }
        }
        this.sizes = sizes;
        this.length = (int) product;
    }

    /**
     * Makes a shape; no sizes at all make a scalar of one element.
     *
     * @throws IllegalArgumentException if a size is not positive or the product exceeds what an array holds
     */
    public static Shape of(int... sizes) {
        return new Shape(sizes.clone());
    }

    /** Number of dimensions. */
    public int rank() {
        return sizes.length;
    }

    /**
     * Size of a dimension; negative indices count from the innermost, −1.
     *
     * @throws IllegalArgumentException if there is no such dimension
     */
    public int size(int dimension) {
        return sizes[index(dimension)];
    }

    /** Number of elements. */
    public int length() {
        return length;
    }

    /** Size of the innermost dimension, 1 for a scalar. */
    public int last() {
        return sizes.length == 0 ? 1 : sizes[sizes.length - 1];
    }

    /** Number of rows if all but the innermost dimension are folded into one. */
    public int rows() {
        return length / last();
    }

    /** A copy of the sizes. */
    public int[] toArray() {
        return sizes.clone();
    }

    /**
     * The same shape with another size in one dimension (negative: from the innermost).
     *
     * @throws IllegalArgumentException if there is no such dimension or the size is not positive
     */
    public Shape with(int dimension, int size) {
        int[] changed = sizes.clone();
        changed[index(dimension)] = size;
        return new Shape(changed);
    }

    private int index(int dimension) {
        int index = dimension < 0 ? sizes.length + dimension : dimension;
        if (index < 0 || index >= sizes.length) {
            throw new IllegalArgumentException(
                    "shape: " + this + " has " + sizes.length + " dimensions, there is no dimension " + dimension);
        }
        return index;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** Such as {@code 2×16×16×64}. */
    @Override
    public String toString() {
        return sizes.length == 0
                ? "scalar"
                : Arrays.stream(sizes).mapToObj(Integer::toString).collect(Collectors.joining("×"));
    }
}
