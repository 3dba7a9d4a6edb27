package dev.mezzotint.engine.checkpoint;

import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;

/** A stored matrix with rows and columns exchanged; opening it reads the whole matrix. */
public final class TransposedTensor implements StoredTensor {
    private final StoredTensor matrix;

    /** @throws IllegalArgumentException if the tensor has not two dimensions */
    public TransposedTensor(StoredTensor matrix) {
        if (matrix.shape().length != 2) {
            throw new IllegalArgumentException(matrix.origin() + " has the shape " + Arrays.toString(matrix.shape())
                    + ", but only a matrix can be transposed; give one of two dimensions");
        }
        this.matrix = matrix;
    }

    @Override
    public String origin() {
        return matrix.origin();
    }

    @Override
    public DType dtype() {
        return matrix.dtype();
    }

    @Override
    public int[] shape() {
        int[] shape = matrix.shape();
        return new int[] {shape[1], shape[0]};
    }

    @Override
    public Rows open() throws IOException {
        float[] values = matrix.floats();
        int columns = matrix.rows();
        int rows = matrix.rowLength();
        return new Rows() {
            @Override
            public void read(int from, int to, float[] target, int offset) {
                Objects.checkFromToIndex(from, to, rows);
                for (int column = 0; column < columns; column++) {
                    for (int row = from; row < to; row++) {
                        target[offset + (row - from) * columns + column] = values[column * rows + row];
                    }
                }
            }

            @Override
            public void close() {}
        };
    }
}
