package dev.mezzotint.engine.tensor;

import dev.mezzotint.engine.shape.Shape;

/** Permutations of dimensions, needed where PyTorch's layouts cross the border. */
public final class Layouts {
    /** A cache line of values. */
    private static final int SQUARE = 16;

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
        // The same without dimensions that are one and with those as one that stay side by side.
        int[] lengths = new int[rank + 1];
        int[] steps = new int[rank + 1];
        int count = 0;
        for (int d = 0; d < rank; d++) {
            int size = shape.size(order[d]);
            int step = strides[order[d]];
            sizes[d] = size;
            if (count > 0 && steps[count - 1] == step * size) {
                lengths[count - 1] *= size;
                steps[count - 1] = step;
            } else if (size > 1) {
                lengths[count] = size;
                steps[count++] = step;
            }
        }
        float[] out = new float[x.length()];
        if (count == 0) {
            out[0] = x.data()[0];
        } else {
            permute(x.data(), out, count, lengths, steps);
        }
        return Tensor.of(out, Shape.of(sizes));
    }

    /**
     * Neighbours in the source may be far apart in the target: for each index of the other dimensions those two in which one
     * of them has neighbours are turned together.
     */
    private static void permute(float[] x, float[] out, int rank, int[] sizes, int[] steps) {
        int last = rank - 1;
        int across = 0;
        while (steps[across] != 1) {
            across++;
        }
        int stride = 1;
        for (int d = across + 1; d < rank; d++) {
            stride *= sizes[d];
        }
        int rows = across == last ? 1 : sizes[across];
        int columns = sizes[last];
        int[] index = new int[rank];
        int source = 0;
        int target = 0;
        int d;
        do {
            transpose(rows, columns, x, source, steps[last], out, target, stride);
            target += columns;
            for (d = last - 1; d >= 0; d--) {
                if (d == across) {
                    target += (rows - 1) * stride;
                    continue;
                }
                source += steps[d];
                if (++index[d] < sizes[d]) {
                    break;
                }
                source -= steps[d] * sizes[d];
                index[d] = 0;
            }
        } while (d >= 0);
    }

    /** Row r, column c of the target is row c, column r of the source; in squares whose lines stay in the cache. */
    private static void transpose(
            int rows, int columns, float[] x, int source, int sourceStride, float[] out, int target, int stride) {
        for (int row = 0; row < rows; row += SQUARE) {
            int rowsEnd = Math.min(rows, row + SQUARE);
            for (int column = 0; column < columns; column += SQUARE) {
                int columnsEnd = Math.min(columns, column + SQUARE);
                for (int r = row; r < rowsEnd; r++) {
                    int from = source + r;
                    int to = target + r * stride;
                    for (int c = column; c < columnsEnd; c++) {
                        out[to + c] = x[from + c * sourceStride];
                    }
                }
            }
        }
    }
}
