package dev.mezzotint.engine.kernel.simd;

/**
 * In which order the rows of a convolution's weights, one a tap and channel, stand in a packed operand: for each few channels
 * all taps of them, tap by tap. What {@link WinogradPass} transforms together so comes from memory in one stretch. With one
 * tap that is the order of a matrix.
 */
record RowOrder(int taps, int channels) {
    /** Channels whose taps stand together: few enough that they fit, widened, into the first-level cache; divides blocks. */
    static final int GROUP = Math.min(8, Panels.LANES);

    /** The order of a matrix of {@code k} rows. */
    static RowOrder plain(int k) {
        return new RowOrder(1, k);
    }

    int rows() {
        return taps * channels;
    }

    /** Where row p, which is that of channel p mod {@code channels} of a tap, stands. */
    int place(int p) {
        int tap = p / channels;
        int channel = p % channels;
        int first = channel - channel % GROUP;
        return taps * first + tap * Math.min(GROUP, channels - first) + channel - first;
    }

    /** How many rows from p on stand one after another. */
    int run(int p) {
        if (taps == 1) {
            return channels - p;
        }
        int channel = p % channels;
        return Math.min(GROUP - channel % GROUP, channels - channel);
    }
}
