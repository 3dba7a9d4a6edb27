package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/**
 * softmax(scale · Q Kᵀ) V per head (Vaswani et al. 2017), computed in tiles with an online softmax so that the full
 * score matrix never exists (Dao et al. 2022, FlashAttention). Layouts are those of {@link AttentionGeometry}.
 */
public interface AttentionKernel {
    /**
     * Forward pass.
     *
     * @param logSumExp receives the logarithm of each row's softmax denominator, (batch, heads, queries), for the
     *     backward pass; an empty array when that is not wanted
     */
    void forward(
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
            float[] logSumExp);

    /** Backward pass: overwrites dq, dk and dv, recomputing the probabilities from {@code logSumExp}. */
    void backward(
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
            int dvOffset);
}
