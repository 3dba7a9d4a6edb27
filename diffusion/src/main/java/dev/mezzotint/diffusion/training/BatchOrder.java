package dev.mezzotint.diffusion.training;

import dev.mezzotint.engine.random.TorchGenerator;

/**
 * Which examples make up a batch, and a source of randomness for it, both from the batch's number alone: every epoch
 * walks through all examples in another order.
 */
public final class BatchOrder {
    private final int count;
    private final int batchSize;
    private final long seed;
    private long epoch = -1;
    private int[] order = {};

    /**
     * An order of {@code count} examples.
     *
     * @throws IllegalArgumentException if a batch is empty or larger than that
     */
    public BatchOrder(int count, int batchSize, long seed) {
        if (batchSize < 1 || batchSize > count) {
            throw new IllegalArgumentException(
                    "training: a batch of " + batchSize + " needs at least as many examples, there are " + count);
        }
        this.count = count;
        this.batchSize = batchSize;
        this.seed = seed;
    }

    /** Examples of a batch. */
    public int batchSize() {
        return batchSize;
    }

    /** The examples of a batch. */
    public int[] indices(long batch) {
        int perEpoch = count / batchSize;
        long wanted = batch / perEpoch;
        if (wanted != epoch) {
            order = new TorchGenerator(mix(seed, 2 * wanted)).permutation(count);
            epoch = wanted;
        }
        int[] indices = new int[batchSize];
        System.arraycopy(order, (int) (batch % perEpoch) * batchSize, indices, 0, batchSize);
        return indices;
    }

    /** Random numbers for a batch. */
    public TorchGenerator random(long batch) {
        return new TorchGenerator(mix(seed, 2 * batch + 1));
    }

    /** SplitMix64 (Steele et al. 2014), so that neighbouring batches get unrelated seeds. */
    private static long mix(long seed, long number) {
        long z = seed + (number + 1) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return (z ^ (z >>> 31)) & 0xffffffffL;
    }
}
