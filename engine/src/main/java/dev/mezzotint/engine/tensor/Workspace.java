package dev.mezzotint.engine.tensor;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Buffers waiting to be used again, by length. A loop that asks for the same sizes in every turn allocates in its first
 * turn only. Buffers come back with whatever they held. Not thread-safe: one workspace belongs to one computation.
 */
public final class Workspace {
    private final Map<Integer, ArrayDeque<float[]>> free = new HashMap<>();
    private long allocatedBytes;

    /** An empty workspace. */
    public Workspace() {}

    /** A buffer of exactly this length, with arbitrary contents. */
    public float[] take(int length) {
        ArrayDeque<float[]> buffers = free.get(length);
        if (buffers != null && !buffers.isEmpty()) {
            return buffers.pop();
        }
        allocatedBytes += 4L * length;
        return new float[length];
    }

    /** Hands a buffer back; the caller must not touch it afterwards. */
    public void give(float[] buffer) {
        free.computeIfAbsent(buffer.length, length -> new ArrayDeque<>()).push(buffer);
    }

    /** Bytes of all buffers this workspace ever allocated. */
    public long allocatedBytes() {
        return allocatedBytes;
    }
}
