package dev.mezzotint.diffusion.model.unet;

/**
 * How large the tensors of one forward pass are at one level.
 *
 * @param batch examples so far: images until they meet the texts
 * @param texts examples from then on, twice as many as images with guidance
 * @param height of the level's image
 * @param width of the level's image
 * @param keys tokens of the context, of one example
 */
record UNetSizes(int batch, int texts, int height, int width, int keys) {
    /** Pixels in all examples. */
    long positions() {
        return (long) batch * height * width;
    }

    /** The same level with an example for each text. */
    UNetSizes attended() {
        return withBatch(texts);
    }

    /** The same level with another number of examples. */
    UNetSizes withBatch(int other) {
        return new UNetSizes(other, texts, height, width, keys);
    }

    /** The level below, which a convolution of stride 2 makes. */
    UNetSizes coarser() {
        return new UNetSizes(batch, texts, (height + 1) / 2, (width + 1) / 2, keys);
    }
}
