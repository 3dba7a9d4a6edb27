package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.ConvGeometry;

/**
 * How {@link WinogradPass} cuts a convolution: the output into tiles of 4 × 4 pixels, a row of tiles of one image is
 * a strip; the channels into blocks of whole vectors, whose transformed weights for one panel should fit into the
 * second-level cache.
 */
record WinogradShape(int batch, int height, int width, int channels, int outChannels) {
    /** Floats between slices beyond a multiple of a page, so that the 36 do not meet in the same sets of the cache. */
    private static final int SKEW = 32;

    private static final int PAGE_FLOATS = 1024;

    /** Channels in a block at most: short sums are accurate, and few transformed weights stay near. */
    private static final int SMALL_BLOCK = 64;

    /** The same for large images: products that add to their result less often are faster. */
    static final int LARGE_BLOCK = 128;

    /** Tiles of an image times channels that make it large: 16 × 16 pixels of 1280 channels, 64 × 64 of 80. */
    private static final int LARGE = 20_000;

    static WinogradShape of(ConvGeometry g) {
        return new WinogradShape(g.batch(), g.height(), g.width(), g.inChannels(), g.outChannels());
    }

    int tileRows() {
        return (height + 3) / 4;
    }

    int tileColumns() {
        return (width + 3) / 4;
    }

    int strips() {
        return batch * tileRows();
    }

    int blocks() {
        int largest = tileRows() * tileColumns() * channels >= LARGE ? LARGE_BLOCK : SMALL_BLOCK;
        return (channels + largest - 1) / largest;
    }

    int blockStart(int block) {
        int vectors = Panels.vectors(channels);
        return Math.min(channels, (int) ((long) vectors * block / blocks()) * Panels.LANES);
    }

    int blockLength(int block) {
        return blockStart(block + 1) - blockStart(block);
    }

    /** Floats from one tile's channels to the next tile's: the longest block in whole vectors. */
    int pitch() {
        int blocks = blocks();
        return (Panels.vectors(channels) + blocks - 1) / blocks * Panels.LANES;
    }

    /** Floats from one of the 36 values' slices, of {@code length} floats, to the next. */
    static int slice(int length) {
        return (length + PAGE_FLOATS - 1) / PAGE_FLOATS * PAGE_FLOATS + SKEW;
    }
}
