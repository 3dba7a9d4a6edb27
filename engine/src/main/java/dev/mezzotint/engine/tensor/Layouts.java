package dev.mezzotint.engine.tensor;

import dev.mezzotint.engine.shape.Shape;

/** Permutations of dimensions, needed where PyTorch's layouts cross the border. */
public final class Layouts {
    private Layouts() {}

    /**
     * A copy with dimension {@code i} of the result taken from dimension {@code order[i]} of the input.
     *
     * @throws IllegalArgumentException if the rank is not the number of indices
     */
    public static Tensor permute(Tensor x, int... order) {
        Shape shape = x.shape();
        int rank = shape.rank();
        if (rank != order.length) {
            throw new IllegalArgumentException("permute: a tensor of shape " + shape + " has " + rank
                    + " dimensions, the order names " + order.length);
        }
        int[] strides = new int[rank];
        int stride = 1;
        for (int d = rank - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= shape.size(d);
        }
        int[] sizes = new int[rank];
        int[] steps = new int[rank];
        for (int d = 0; d < rank; d++) {
            sizes[d] = shape.size(order[d]);
            steps[d] = strides[order[d]];
        }
        float[] out = new float[x.length()];
        int[] index = new int[rank];
        int source = 0;
        for (int target = 0; target < out.length; target++) {
            out[target] = x.data()[source];
            for (int d = rank - 1; d >= 0; d--) {
                source += steps[d];
                if (++index[d] < sizes[d]) {
                    break;
                }
                source -= steps[d] * sizes[d];
                index[d] = 0;
            }
        }
        return Tensor.of(out, Shape.of(sizes));
    }
}
