package dev.mezzotint.diffusion.model.unet;

/**
 * How large the tensors of one forward pass are at one level.
 *
 * @param batch examples, twice as many with guidance
 * @param height of the level's image
 * @param width of the level's image
 * @param keys tokens of the context, of one example
 */
record UNetSizes(int batch, int height, int width, int keys) {
    /** Pixels in all examples. */
    long positions() {
        return (long) batch * height * width;
    }

    /** The level below, which a convolution of stride 2 makes. */
    UNetSizes coarser() {
        return new UNetSizes(batch, (height + 1) / 2, (width + 1) / 2, keys);
    }
}
