package dev.mezzotint.engine.tensor;

import java.util.HashMap;
import java.util.Map;

/**
 * What a {@link Workspace} would hold, reckoned and not allocated: a model takes and gives here the lengths that its
 * forward pass would take and give there. Lengths may exceed what an array can hold.
 */
public final class BufferPlan {
    private static final class Count {
        private long used;
        private long most;
    }

    private final Map<Long, Count> counts = new HashMap<>();
    private long usedBytes;
    private long peakUsedBytes;

    /** A plan in which nothing is taken. */
    public BufferPlan() {}

    /** Takes a buffer of each of these lengths. */
    public void take(long... lengths) {
        for (long length : lengths) {
            Count count = counts.computeIfAbsent(length, _ -> new Count());
            count.used++;
            count.most = Math.max(count.most, count.used);
            usedBytes += Float.BYTES * length;
            peakUsedBytes = Math.max(peakUsedBytes, usedBytes);
        }
    }

    /**
     * Hands buffers of these lengths back.
     *
     * @throws IllegalStateException if none of such a length is taken
     */
    public void give(long... lengths) {
        for (long length : lengths) {
            Count count = counts.get(length);
            if (count == null || count.used == 0) {
                throw new IllegalStateException(
                        "buffer plan: a buffer of " + length + " floats is given back that was not taken");
            }
            count.used--;
            usedBytes -= Float.BYTES * length;
        }
    }

    /** Bytes that are taken now. */
    public long usedBytes() {
        return usedBytes;
    }

    /** The most bytes taken at once, which is all that a frugal workspace holds. */
    public long peakUsedBytes() {
        return peakUsedBytes;
    }

    /** The length of the longest buffer ever taken, 0 if none was. */
    public long longest() {
        return counts.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** Bytes of all buffers that a workspace which drops none holds in the end. */
    public long pooledBytes() {
        return counts.entrySet().stream()
                .mapToLong(entry -> Float.BYTES * entry.getKey() * entry.getValue().most)
                .sum();
    }
}
