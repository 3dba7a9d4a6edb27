package dev.mezzotint.engine.kernel;

/**
 * Shape of a normalisation over x (batch, positions, channels), channels last. Group norm: statistics over all positions
 * of {@code channels / groups} neighbouring channels of one image. Layer norm is the case batch = rows, positions = 1,
 * groups = 1.
 *
 * @param epsilon added to the variance
 * @param activation applied after scale and shift
 */
public record NormGeometry(int batch, int positions, int channels, int groups, float epsilon, Activation activation) {
    /** Refuses sizes that are not positive and groups that do not divide the channels. */
    public NormGeometry {
        if (batch < 1 || positions < 1 || channels < 1 || groups < 1) {
            throw new IllegalArgumentException("norm: every size must be positive, got batch " + batch + ", positions "
                    + positions + ", channels " + channels + ", groups " + groups);
        }
        if (channels % groups != 0) {
            throw new IllegalArgumentException(
                    "norm: " + channels + " channels cannot be divided into " + groups + " groups");
        }
        if (!(epsilon >= 0)) {
            throw new IllegalArgumentException("norm: epsilon must not be negative, got " + epsilon);
        }
    }

    /** Layer norm over the last dimension. */
    public static NormGeometry layer(int rows, int width, float epsilon) {
        return new NormGeometry(rows, 1, width, 1, epsilon, Activation.NONE);
    }
}
