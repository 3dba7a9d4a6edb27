package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.ConvGeometry;

/**
 * How {@link WinogradPass} cuts a convolution: the output into tiles of 4 × 4 pixels, a row of tiles of one image is
 * a strip; the channels into blocks of whole vectors, whose transformed weights for one panel fit into the
 * second-level cache.
 */
record WinogradShape(int batch, int height, int width, int channels, int outChannels) {
    /** Channels in a block at most. */
    private static final int LARGEST_BLOCK = 64;

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
        return (channels + LARGEST_BLOCK - 1) / LARGEST_BLOCK;
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
}
