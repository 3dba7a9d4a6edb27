package dev.mezzotint.engine.tensor;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;

/**
 * Buffers waiting to be used again, by length. A loop that asks for the same sizes in every turn allocates in its first
 * turn only. Buffers come back with whatever they held. Not thread-safe: one workspace belongs to one computation.
 *
 * <p>What passes through many sizes once would leave buffers of all of them behind. While a workspace is frugal it drops
 * waiting buffers, the largest first, rather than hold more than was ever in use at once.
 */
public final class Workspace {
    /** Buffers by length; no queue is empty. */
    private final TreeMap<Integer, ArrayDeque<float[]>> free = new TreeMap<>();

    private boolean frugal;
    private long allocatedBytes;
    private long usedBytes;
    private long freeBytes;
    private long peakUsedBytes;
    private long peakBytes;

    /** An empty workspace. */
    public Workspace() {}

    /** A buffer of exactly this length, with arbitrary contents. */
    public float[] take(int length) {
        long bytes = bytes(length);
        usedBytes += bytes;
        peakUsedBytes = Math.max(peakUsedBytes, usedBytes);
        ArrayDeque<float[]> buffers = free.get(length);
        if (buffers != null) {
            freeBytes -= bytes;
            return pop(length, buffers);
        }
        while (frugal && freeBytes > 0 && usedBytes + freeBytes > peakUsedBytes) {
            Map.Entry<Integer, ArrayDeque<float[]>> largest = free.lastEntry();
            freeBytes -= bytes(pop(largest.getKey(), largest.getValue()).length);
        }
        allocatedBytes += bytes;
        peakBytes = Math.max(peakBytes, heldBytes());
        return new float[length];
    }

    private float[] pop(int length, ArrayDeque<float[]> buffers) {
        float[] buffer = buffers.pop();
        if (buffers.isEmpty()) {
            free.remove(length);
        }
        return buffer;
    }

    /** Hands a buffer back; the caller must not touch it afterwards. */
    public void give(float[] buffer) {
        long bytes = bytes(buffer.length);
        usedBytes -= bytes;
        freeBytes += bytes;
        free.computeIfAbsent(buffer.length, length -> new ArrayDeque<>()).push(buffer);
    }

    private static long bytes(int length) {
        return (long) Float.BYTES * length;
    }

    /** Forgets the buffers that are waiting. */
    public void clear() {
        free.clear();
        freeBytes = 0;
    }

    /** Whether waiting buffers are dropped rather than more held than was ever in use at once. */
    public boolean isFrugal() {
        return frugal;
    }

    /** Makes it frugal or not. */
    public void setFrugal(boolean frugal) {
        this.frugal = frugal;
    }

    /** Bytes of all buffers this workspace ever allocated. */
    public long allocatedBytes() {
        return allocatedBytes;
    }

    /** Bytes of the buffers that are in use or waiting. */
    public long heldBytes() {
        return usedBytes + freeBytes;
    }

    /** The most bytes that were held at once. */
    public long peakBytes() {
        return peakBytes;
    }

    /** The most bytes that were in use at once. */
    public long peakUsedBytes() {
        return peakUsedBytes;
    }
}
