package dev.mezzotint.diffusion.pipeline;

/**
 * Between the parts of a picture much memory is let go at once: the text encoder's weights, then the U-Net's buffers. The
 * heap is as large as the plan says and no larger, so a collection comes anyway; where it comes now, hardly anything has to
 * be moved, and the next part gets memory that the operating system need not find first.
 */
final class LargeGarbage {
    /** A collection takes some 20 ms, new memory of this size as long. */
    private static final long WORTHWHILE = 64 << 20;

    private LargeGarbage() {}

    /** Collects, if at least some 64 MiB were let go. */
    static void collect(long bytes) {
        if (bytes >= WORTHWHILE) {
            System.gc();
        }
    }
}
