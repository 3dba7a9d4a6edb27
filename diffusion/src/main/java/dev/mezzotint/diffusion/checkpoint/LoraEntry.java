package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * The low-rank update of one weight: scale · up · down (Hu et al. 2021, "LoRA", equation 3). A convolution's {@code
 * down} is a convolution of its kernel to rank channels and {@code up} one of kernel 1; or {@code down} has kernel 1 too
 * and {@code mid} the kernel between them (LyCORIS's Tucker form).
 *
 * @param name what the file calls it
 * @param module the module that is updated, dots turned into underscores
 * @param scale alpha / rank
 */
record LoraEntry(
        String name,
        LoraTarget target,
        String module,
        StoredTensor down,
        Optional<StoredTensor> mid,
        StoredTensor up,
        double scale) {
    /** Checks that the factors can be multiplied. */
    static void requireFactors(StoredTensor down, Optional<StoredTensor> mid, StoredTensor up) throws FormatException {
        int rank = down.rows();
        boolean fits = down.shape().length >= 2
                && up.shape().length >= 2
                && rank >= 1
                && up.rows() >= 1
                && down.rowLength() >= 1
                && up.rowLength() == rank
                && isFloat(down)
                && isFloat(up);
        if (fits && mid.isPresent()) {
            int[] middle = mid.get().shape();
            fits = middle.length == 4
                    && middle[0] == rank
                    && middle[1] == rank
                    && mid.get().rowLength() >= rank
                    && down.rowLength() == down.shape()[1]
                    && isFloat(mid.get());
        }
        if (!fits) {
            throw new FormatException(down.origin() + " " + Arrays.toString(down.shape()) + " " + down.dtype()
                    + " and its counterpart " + Arrays.toString(up.shape()) + " " + up.dtype()
                    + mid.map(m -> " and lora_mid " + Arrays.toString(m.shape()))
                            .orElse("")
                    + " are no low-rank factors of a weight; get the LoRA anew");
        }
    }

    /** Number of rows of {@code down}. */
    int rank() {
        return down.rows();
    }

    /** The updated weight's shape without kernel sizes of 1. */
    int[] shape() {
        int[] inner = down.shape();
        inner[0] = up.rows();
        if (mid.isPresent()) {
            int[] middle = mid.get().shape();
            inner = new int[] {inner[0], inner[1], middle[2], middle[3]};
        }
        return withoutUnitKernel(inner);
    }

    /** A weight's shape without kernel sizes of 1: a pointwise convolution is stored with or without them. */
    static int[] withoutUnitKernel(int[] shape) {
        return shape.length == 4 && shape[2] == 1 && shape[3] == 1 ? Arrays.copyOf(shape, 2) : shape;
    }

    private static boolean isFloat(StoredTensor tensor) {
        return tensor.dtype().isFloatingPoint();
    }
}
