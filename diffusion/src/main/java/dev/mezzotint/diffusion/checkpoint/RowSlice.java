package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import java.io.IOException;
import java.util.Arrays;

/**
 * Rows {@code from} to {@code to} (exclusive) of a tensor: one of the three maps that OpenCLIP keeps in one matrix.
 */
record RowSlice(StoredTensor whole, int from, int to) implements StoredTensor {
    RowSlice {
        if (from < 0 || to < from || to > whole.rows()) {
            throw new IllegalArgumentException("rows " + from + " to " + to + " of " + whole.origin()
                    + " do not exist; its shape is " + Arrays.toString(whole.shape()));
        }
    }

    @Override
    public String origin() {
        return "rows " + from + " to " + to + " of " + whole.origin();
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
            public void read(int first, int last, float[] target, int offset) {
                rows.read(from + first, from + last, target, offset);
            }

            @Override
            public void close() {
                rows.close();
            }
        };
    }
}
