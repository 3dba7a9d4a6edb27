package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/**
 * Splits a range into blocks whose borders depend on the length alone, never on the number of threads, so that a kernel
 * meets the same heads and tails, and therefore gives the same bits, however many threads share the work.
 */
public final class Blocks {
    /** Elements in a block of cheap element-wise work: enough to pay for handing it to another thread. */
    public static final int ELEMENTS = 16384;

    private Blocks() {}

    /** Work on the indices {@code from} (inclusive) to {@code to} (exclusive). */
    @FunctionalInterface
    public interface Range {
        /** Handles one range. */
        void accept(int from, int to);
    }

    /** How many blocks of {@code size} cover {@code length}; the last one may be short. */
    public static int count(int length, int size) {
        return (int) (((long) length + size - 1) / size);
    }

    /** Runs {@code body} over every block of {@code size} indices of [0, length); a single block stays on the caller. */
    public static void run(Workers workers, int length, int size, Range body) {
        workers.run(count(length, size), block -> {
            int from = block * size;
            body.accept(from, Math.min(length - from, size) + from);
        });
    }

    /** Rows of {@code width} values in a block, at least one. */
    public static int rows(int width) {
        return Math.max(1, ELEMENTS / Math.max(1, width));
    }
}
