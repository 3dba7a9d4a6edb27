package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import java.io.IOException;
import java.util.Arrays;

/** The same rows under another shape: a linear map that is stored as a 1×1 convolution, or the other way. */
record Reshaped(StoredTensor whole, int[] to) implements StoredTensor {
    Reshaped {
        to = to.clone();
        int[] from = whole.shape();
        if (from.length == 0 || to.length == 0 || from[0] != to[0] || length(from) != length(to)) {
            throw new IllegalArgumentException(whole.origin() + " has shape " + Arrays.toString(from)
                    + ", which cannot be read as " + Arrays.toString(to));
        }
    }

    /** A 1×1 convolution's weight as a linear map's; what is a linear map's already stays as it is. */
    static StoredTensor linear(StoredTensor tensor) {
        int[] shape = tensor.shape();
        return shape.length == 4 && shape[2] == 1 && shape[3] == 1
                ? new Reshaped(tensor, Arrays.copyOf(shape, 2))
                : tensor;
    }

    /** A linear map's weight as a 1×1 convolution's; vectors stay as they are. */
    static StoredTensor pointwise(StoredTensor tensor) {
        int[] shape = tensor.shape();
        return shape.length == 2 ? new Reshaped(tensor, new int[] {shape[0], shape[1], 1, 1}) : tensor;
    }

    private static long length(int[] shape) {
        return Arrays.stream(shape).asLongStream().reduce(1, (a, b) -> a * b);
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
        return to.clone();
    }

    @Override
    public Rows open() throws IOException {
        return whole.open();
    }
}
