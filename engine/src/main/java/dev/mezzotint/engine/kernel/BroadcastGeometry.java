package dev.mezzotint.engine.kernel;

/**
 * How a small operand b is stretched over a dense (outer, middle, inner) operand: each of its three strides is zero where
 * b is repeated. Element (o, m, i) of b is {@code b[o * outerStride + m * middleStride + i * innerStride]}.
 *
 * <p>A bias over rows has strides (0, 0, 1); a time embedding (batch, channels) over an image (batch, positions,
 * channels) has (channels, 0, 1); a factor for each example has (1, 0, 0).
 */
public record BroadcastGeometry(int outer, int middle, int inner, int outerStride, int middleStride, int innerStride) {
    /** Refuses sizes that are not positive, negative strides, and inner strides other than 0 and 1. */
    public BroadcastGeometry {
        if (outer < 1 || middle < 1 || inner < 1) {
            throw new IllegalArgumentException(
                    "broadcast: every size must be positive, got " + outer + "×" + middle + "×" + inner);
        }
        if (outerStride < 0 || middleStride < 0 || innerStride < 0 || innerStride > 1) {
            throw new IllegalArgumentException("broadcast: strides must be 0 or positive, and the inner one 0 or 1");
        }
    }

    /** Elements of the large operand. */
    public int length() {
        return Math.multiplyExact(Math.multiplyExact(outer, middle), inner);
    }
}
