package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import java.io.IOException;
import java.util.Arrays;

/** A matrix the other way round: OpenCLIP multiplies by its text projection from the right. Opening it reads it whole. */
record Transposed(StoredTensor whole) implements StoredTensor {
    Transposed {
        if (whole.shape().length != 2) {
            throw new IllegalArgumentException(
                    whole.origin() + " has shape " + Arrays.toString(whole.shape()) + ", where a matrix belongs");
        }
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
        return new int[] {shape[1], shape[0]};
    }

    @Override
    public Rows open() throws IOException {
        float[] values = whole.floats();
        int[] shape = shape();
        int length = shape[1];
        return new Rows() {
            @Override
            public void read(int from, int to, float[] target, int offset) {
                for (int row = from; row < to; row++) {
                    for (int i = 0; i < length; i++) {
                        target[offset + (row - from) * length + i] = values[i * shape[0] + row];
                    }
                }
            }

            @Override
            public void close() {
                // the values go with this object
            }
        };
    }
}
