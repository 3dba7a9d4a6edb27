package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.engine.image.Image;
import java.util.Objects;
import java.util.Optional;

/**
 * A picture to begin with instead of noise alone (image to image; Meng et al. 2022, "SDEdit").
 *
 * @param image of any size; it is brought to that of the request
 * @param strength how much of it is given up, above 0 to 1: that part of the steps is taken, from the picture noised to
 *     where they begin
 * @param mask what is drawn anew, white, and what is kept, black (inpainting); all is drawn anew without it
 */
public record SourcePicture(Image image, double strength, Optional<Image> mask) {
    /** The strength of the command line for image to image. */
    public static final double DEFAULT_STRENGTH = 0.8;

    /** The strength of the command line with a mask. */
    public static final double DEFAULT_MASKED_STRENGTH = 1;

    /**
     * Checks the strength.
     *
     * @throws IllegalArgumentException if it is out of range
     */
    public SourcePicture {
        Objects.requireNonNull(image, "image");
        Objects.requireNonNull(mask, "mask");
        if (!(strength > 0 && strength <= 1)) {
            throw new IllegalArgumentException("the strength is " + strength + " but must lie above 0 and up to 1");
        }
    }

    /**
     * How many of so many steps are left out.
     *
     * @throws IllegalArgumentException if none would be left
     */
    int skipped(int steps) {
        int taken = Math.min((int) (steps * strength), steps);
        if (taken == 0) {
            throw new IllegalArgumentException("a strength of " + strength + " leaves none of " + steps
                    + " steps; give a greater strength or more steps");
        }
        return steps - taken;
    }
}
