package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.AttentionGeometry;
import dev.mezzotint.engine.kernel.AttentionKernel;
import dev.mezzotint.engine.tensor.Tensor;

/** Scaled dot-product attention. */
public final class AttentionOps {
    private static final float[] NOT_WANTED = {};

    private AttentionOps() {}

    /**
     * softmax(q kᵀ / √width) v in each head (Vaswani et al. 2017, eq. 1).
     *
     * @param q (batch, queries, heads · width)
     * @param k (batch, keys, heads · width)
     * @param v (batch, keys, heads · width)
     * @param causal whether a token sees only itself and those before it
     * @return (batch, queries, heads · width)
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static Tensor attention(Tape tape, Tensor q, Tensor k, Tensor v, int heads, boolean causal) {
        int inner = q.shape().last();
        if (heads < 1
                || q.shape().rank() != 3
                || k.shape().rank() != 3
                || !k.shape().equals(v.shape())
                || !k.shape().equals(q.shape().with(1, k.size(1)))
                || inner % heads != 0) {
            throw new IllegalArgumentException(
                    "attention: queries " + q.shape() + ", keys " + k.shape() + " and values "
                            + v.shape() + " do not fit " + heads
                            + " heads; all need the same batch and width, and the heads must divide the width");
        }
        int width = inner / heads;
        AttentionGeometry g = new AttentionGeometry(
                q.size(0), heads, q.size(1), k.size(1), width, (float) (1 / Math.sqrt(width)), causal);
        AttentionKernel kernel = tape.kernels().attention();
        Tensor out = tape.allocate(q.shape());
        float[] logSumExp = tape.isRecording() ? tape.buffer(g.batch() * heads * g.queries()) : NOT_WANTED;
        kernel.forward(tape.workers(), g, q.data(), 0, k.data(), 0, v.data(), 0, out.data(), 0, logSumExp);
        return tape.record(
                out,
                dOut -> {
                    // The kernel gives all three gradients in one pass; the tape drops those that nobody needs.
                    float[] dq = tape.workspace().take(q.length());
                    float[] dk = tape.workspace().take(k.length());
                    float[] dv = tape.workspace().take(v.length());
                    kernel.backward(
                            tape.workers(),
                            g,
                            q.data(),
                            0,
                            k.data(),
                            0,
                            v.data(),
                            0,
                            out.data(),
                            0,
                            logSumExp,
                            dOut,
                            0,
                            dq,
                            0,
                            dk,
                            0,
                            dv,
                            0);
                    tape.donate(q, dq);
                    tape.donate(k, dk);
                    tape.donate(v, dv);
                },
                q,
                k,
                v);
    }
}
