package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.AttentionGeometry;
import dev.mezzotint.engine.kernel.AttentionKernel;
import dev.mezzotint.engine.parallel.Workers;

/**
 * Attention in tiles. The forward pass is split into blocks of queries, the backward pass into heads, because each head's
 * dK and dV are sums over all of its queries; either way every number of threads gives the same bits.
 */
public final class SimdAttention implements AttentionKernel {
    private static final int TASKS_PER_THREAD = 4;

    /** Floats that stay in the second-level cache. */
    private static final int MAX_CACHED_FLOATS = 1 << 17;

    @Override
    public void forward(
            Workers workers,
            AttentionGeometry geometry,
            float[] q,
            int qOffset,
            float[] k,
            int kOffset,
            float[] v,
            int vOffset,
            float[] out,
            int outOffset,
            float[] logSumExp) {
        int queries = geometry.queries();
        int heads = geometry.batch() * geometry.heads();
        int panels = (queries + TileProduct.PANEL - 1) / TileProduct.PANEL;
        // As many panels together as leave each thread a few tasks; no bit depends on it.
        int together = Math.clamp(
                (long) heads * panels / (TASKS_PER_THREAD * workers.threads()),
                1,
                AttentionForward.ofThread().maxPanels(geometry.width()));
        int blocks = (panels + together - 1) / together;
        int block = together * TileProduct.PANEL;
        int headsTogether = headsTogether(geometry, blocks, workers.threads());
        workers.run(heads / headsTogether * blocks, task -> {
            int firstHead = task / blocks * headsTogether;
            int query = task % blocks * block;
            if (headsTogether > 1 && fits(geometry, Math.min(block, queries) + 2 * geometry.keys())) {
                int keyRow = firstElement(geometry, firstHead, geometry.keys());
                fetch(geometry, geometry.keys(), k, kOffset + keyRow);
                fetch(geometry, geometry.keys(), v, vOffset + keyRow);
                int row = firstElement(geometry, firstHead, queries) + query * geometry.rowWidth();
                fetch(geometry, Math.min(block, queries - query), q, qOffset + row);
            }
            for (int exampleAndHead = firstHead; exampleAndHead < firstHead + headsTogether; exampleAndHead++) {
                int row = firstElement(geometry, exampleAndHead, queries) + query * geometry.rowWidth();
                int keyRow = firstElement(geometry, exampleAndHead, geometry.keys());
                AttentionForward.ofThread()
                        .run(
                                geometry,
                                query,
                                Math.min(block, queries - query),
                                q,
                                qOffset + row,
                                k,
                                kOffset + keyRow,
                                v,
                                vOffset + keyRow,
                                out,
                                outOffset + row,
                                logSumExp,
                                exampleAndHead * queries + query);
            }
        });
    }

    /**
     * All heads of an example where there are enough tasks and their keys stay in the cache: threads that work on heads side
     * by side would write to the same cache lines.
     */
    private static int headsTogether(AttentionGeometry geometry, int blocks, int threads) {
        boolean cached = 2L * geometry.keys() * geometry.rowWidth() <= MAX_CACHED_FLOATS;
        boolean enoughTasks = (long) geometry.batch() * blocks >= (long) TASKS_PER_THREAD * threads;
        return cached && enoughTasks ? geometry.heads() : 1;
    }

    private static boolean fits(AttentionGeometry geometry, int rows) {
        return (long) rows * geometry.rowWidth() <= MAX_CACHED_FLOATS;
    }

    /**
     * Reads rows of all heads ahead: one after the other they come from memory faster than a head's part of each does (in a
     * training step attention takes 0.96 of the time).
     */
    private static void fetch(AttentionGeometry geometry, int rows, float[] source, int at) {
        Scratch.ofThread().fetch(rows, geometry.rowWidth(), source, at, geometry.rowWidth());
    }

    @Override
    public void backward(
            Workers workers,
            AttentionGeometry geometry,
            float[] q,
            int qOffset,
            float[] k,
            int kOffset,
            float[] v,
            int vOffset,
            float[] out,
            int outOffset,
            float[] logSumExp,
            float[] dOut,
            int dOutOffset,
            float[] dq,
            int dqOffset,
            float[] dk,
            int dkOffset,
            float[] dv,
            int dvOffset) {
        int headsTogether = headsTogether(geometry, 1, workers.threads());
        workers.run(geometry.batch() * geometry.heads() / headsTogether, task -> {
            int firstHead = task * headsTogether;
            if (headsTogether > 1 && fits(geometry, 3 * geometry.queries() + 2 * geometry.keys())) {
                int keyRow = firstElement(geometry, firstHead, geometry.keys());
                fetch(geometry, geometry.keys(), k, kOffset + keyRow);
                fetch(geometry, geometry.keys(), v, vOffset + keyRow);
                int row = firstElement(geometry, firstHead, geometry.queries());
                fetch(geometry, geometry.queries(), q, qOffset + row);
                fetch(geometry, geometry.queries(), dOut, dOutOffset + row);
                fetch(geometry, geometry.queries(), out, outOffset + row);
            }
            for (int exampleAndHead = firstHead; exampleAndHead < firstHead + headsTogether; exampleAndHead++) {
                AttentionBackward.ofThread()
                        .run(
                                geometry,
                                firstElement(geometry, exampleAndHead, geometry.queries()),
                                firstElement(geometry, exampleAndHead, geometry.keys()),
                                q,
                                qOffset,
                                k,
                                kOffset,
                                v,
                                vOffset,
                                out,
                                outOffset,
                                logSumExp,
                                exampleAndHead * geometry.queries(),
                                dOut,
                                dOutOffset,
                                dq,
                                dqOffset,
                                dk,
                                dkOffset,
                                dv,
                                dvOffset);
            }
        });
    }

    /** Where the first row of a head begins in an array of {@code rows} rows an example. */
    private static int firstElement(AttentionGeometry geometry, int exampleAndHead, int rows) {
        int example = exampleAndHead / geometry.heads();
        int head = exampleAndHead % geometry.heads();
        return example * rows * geometry.rowWidth() + head * geometry.width();
    }
}
