package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.PointwiseOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.LayerNorm;
import dev.mezzotint.engine.nn.Linear;
import dev.mezzotint.engine.nn.MultiHeadAttention;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.BufferPlan;
import dev.mezzotint.engine.tensor.Tensor;

/** Self-attention among pixels, cross-attention to the text, and a gated feed-forward layer, each on a residual path. */
final class TransformerLayer {
    private static final double EPSILON = 1e-5;

    /** How much wider the feed-forward layer is inside, before its gate halves that. */
    private static final int EXPANSION = 8;

    /** Floats that it may hold at once at inference: 16 MiB. Expanded as a whole, the finest level would need 80. */
    private static final int FEED_FORWARD_FLOATS = 1 << 22;

    private final LayerNorm norm1;
    private final MultiHeadAttention selfAttention;
    private final LayerNorm norm2;
    private final MultiHeadAttention crossAttention;
    private final LayerNorm norm3;
    private final Linear expand;
    private final Linear contract;
    private final int width;

    TransformerLayer(Parameters parameters, int width, int contextWidth, int heads) {
        norm1 = new LayerNorm(parameters.child("norm1"), width, EPSILON);
        selfAttention = new MultiHeadAttention(
                parameters.child("attn1"), MultiHeadAttention.Names.DIFFUSERS, width, width, width, heads, false);
        norm2 = new LayerNorm(parameters.child("norm2"), width, EPSILON);
        crossAttention = new MultiHeadAttention(
                parameters.child("attn2"),
                MultiHeadAttention.Names.DIFFUSERS,
                width,
                contextWidth,
                width,
                heads,
                false);
        norm3 = new LayerNorm(parameters.child("norm3"), width, EPSILON);
        Parameters feedForward = parameters.child("ff");
        expand = new Linear(feedForward.child("net", 0).child("proj"), width, EXPANSION * width, true);
        contract = new Linear(feedForward.child("net", 2), EXPANSION / 2 * width, width, true);
        this.width = width;
    }

    /**
     * Maps tokens (batch, tokens, width) with context (batch, keys, contextWidth) to the tokens' shape, and uses the tokens
     * up (see {@link Tape#release}).
     */
    Tensor consume(Tape tape, Tensor tokens, Tensor context) {
        try (Tape.Scope scope = tape.scope()) {
            Tensor normed = norm1.forward(tape, tokens);
            Tensor attended = selfAttention.forward(tape, normed, normed, false);
            tape.release(normed);
            Tensor x = ArithmeticOps.addInPlace(tape, tokens, attended);
            tape.release(attended);

            normed = norm2.forward(tape, x);
            attended = crossAttention.forward(tape, normed, context, false);
            tape.release(normed);
            x = ArithmeticOps.addInPlace(tape, x, attended);
            tape.release(attended);

            return scope.keep(ArithmeticOps.addByRows(tape, x, rowsAtOnce(), some -> feedForward(tape, some)));
        }
    }

    private int rowsAtOnce() {
        return Math.max(1, FEED_FORWARD_FLOATS / (EXPANSION * width));
    }

    private Tensor feedForward(Tape tape, Tensor x) {
        Tensor normed = norm3.forward(tape, x);
        Tensor expanded = expand.forward(tape, normed);
        tape.release(normed);
        Tensor gated = PointwiseOps.geglu(tape, expanded);
        tape.release(expanded);
        return contract.forward(tape, gated);
    }

    /** Plans the buffers of {@link #consume}; the result, in the tokens' place, stays taken. */
    void plan(BufferPlan plan, UNetSizes sizes) {
        long rows = sizes.positions();
        long tokens = rows * width;
        plan.take(tokens, rows, rows);
        selfAttention.plan(plan, rows, rows);
        plan.give(tokens, tokens);

        plan.take(tokens, rows, rows);
        crossAttention.plan(plan, rows, (long) sizes.batch() * sizes.keys());
        plan.give(tokens, tokens);

        long parts = ArithmeticOps.parts(rows, rowsAtOnce());
        if (parts == 1) {
            planFeedForward(plan, rows);
        } else {
            // Parts differ by one row at most.
            for (long some : new long[] {rows / parts, (rows + parts - 1) / parts}) {
                plan.take(some * width);
                planFeedForward(plan, some);
                plan.give(some * width);
            }
        }
        plan.give(rows, rows, rows, rows);
    }

    private void planFeedForward(BufferPlan plan, long rows) {
        long expanded = rows * EXPANSION * width;
        plan.take(rows * width, rows, rows, expanded);
        plan.give(rows * width);
        plan.take(expanded / 2);
        plan.give(expanded);
        plan.take(rows * width);
        plan.give(expanded / 2, rows * width, rows, rows);
    }
}
