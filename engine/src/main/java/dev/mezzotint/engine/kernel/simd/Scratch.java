package dev.mezzotint.engine.kernel.simd;

/** Buffers of one thread that outlive a call, so that the steady state allocates nothing. They only ever grow. */
final class Scratch {
    private static final int LINE_BYTES = 64;

    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    /** One register tile, for tiles that reach over the edge of the result. */
    final float[] tile = new float[Panels.TILE_ROWS * Panels.WIDTH];

    /** What was read only to have it in the cache, summed, so that the compiler can't drop the reads. */
    private int fetched;

    private float[] values = {};
    private float[] patches = {};
    private float[] packed = {};
    private float[] dense = {};
    private float[] panel = {};
    private float[] turned = {};
    private float[] sides = {};
    private float[] transformed = {};
    private int[] positions = {};

    private Scratch() {}

    static Scratch ofThread() {
        return OF_THREAD.get();
    }

    /**
     * Reads a value of each cache line of some columns of some rows and nothing else meanwhile: so the memory answers many
     * reads at a time, which it does not if they come between other work.
     */
    void fetch(int rows, int columns, float[] source, int from, int stride) {
        boolean whole = columns == stride;
        int length = whole ? rows * columns : columns;
        int bits = 0;
        for (int row = 0; row < (whole ? 1 : rows); row++) {
            int at = from + row * stride;
            for (int c = 0; c < length; c += LINE_BYTES / Float.BYTES) {
                bits += Float.floatToRawIntBits(source[at + c]);
            }
            bits += Float.floatToRawIntBits(source[at + length - 1]);
        }
        fetched += bits;
    }

    /** As {@link #fetch(int, int, float[], int, int)}, of one row of halves. */
    void fetch(int length, short[] source, int from) {
        int sum = 0;
        for (int i = 0; i < length; i += LINE_BYTES / Short.BYTES) {
            sum += source[from + i];
        }
        fetched += sum;
    }

    /** A buffer of at least this length: the one given, or a larger one. */
    static float[] reserve(float[] buffer, int length) {
        return buffer.length >= length ? buffer : new float[length];
    }

    /** At least so many floats, content undefined. */
    float[] values(int length) {
        values = reserve(values, length);
        return values;
    }

    /** As {@link #values}, another buffer. */
    float[] patches(int length) {
        patches = reserve(patches, length);
        return patches;
    }

    /** As {@link #values}, a third buffer, for packed operands. */
    float[] packed(int length) {
        packed = reserve(packed, length);
        return packed;
    }

    /** As {@link #values}, a fourth buffer, for results that are to be spread out. */
    float[] dense(int length) {
        dense = reserve(dense, length);
        return dense;
    }

    /** As {@link #values}, a fifth buffer, for a slice of a panel. */
    float[] panel(int length) {
        panel = reserve(panel, length);
        return panel;
    }

    /** As {@link #values}, a sixth buffer, for packed operands that outlive a pass which packs some itself. */
    float[] turned(int length) {
        turned = reserve(turned, length);
        return turned;
    }

    /** As {@link #values}, a seventh buffer, for rows side by side. */
    float[] sides(int length) {
        sides = reserve(sides, length);
        return sides;
    }

    /** As {@link #values}, an eighth buffer, for transformed weights, whose packed ones may be in another. */
    float[] transformed(int length) {
        transformed = reserve(transformed, length);
        return transformed;
    }

    /** At least so many integers, content undefined. */
    int[] positions(int length) {
        if (positions.length < length) {
            positions = new int[length];
        }
        return positions;
    }
}
