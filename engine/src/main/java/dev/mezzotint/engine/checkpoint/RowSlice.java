package dev.mezzotint.engine.checkpoint;

import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;

/** Some neighbouring rows of a stored tensor, as where queries, keys and values are stored one above the other. */
public final class RowSlice implements StoredTensor {
    private final StoredTensor whole;
    private final int from;
    private final int to;

    /**
     * Rows {@code from} to {@code to} (exclusive).
     *
     * @throws IllegalArgumentException if the tensor has no such rows
     */
    public RowSlice(StoredTensor whole, int from, int to) {
        if (whole.shape().length == 0 || from < 0 || to < from || to > whole.rows()) {
            throw new IllegalArgumentException(whole.origin() + " has the shape " + Arrays.toString(whole.shape())
                    + ", which has no rows " + from + " to " + to + "; ask for rows that it has");
        }
        this.whole = whole;
        this.from = from;
        this.to = to;
    }

    @Override
    public String origin() {
        return whole.origin();
    }

    @Override
    public DType dtype() {
        return whole.dtype();
    }

    @Override
    public int[] shape() {
        int[] shape = whole.shape();
        shape[0] = to - from;
        return shape;
    }

    @Override
    public Rows open() throws IOException {
        Rows rows = whole.open();
        return new Rows() {
            @Override
            public void read(int first, int end, float[] target, int offset) {
                Objects.checkFromToIndex(first, end, to - from);
                rows.read(from + first, from + end, target, offset);
            }

            @Override
            public boolean readHalves(int row, int first, int count, short[] target, int offset) {
                Objects.checkIndex(row, to - from);
                return rows.readHalves(from + row, first, count, target, offset);
            }

            @Override
            public void close() {
                rows.close();
            }
        };
    }
}
