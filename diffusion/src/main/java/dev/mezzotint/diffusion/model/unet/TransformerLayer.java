package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.engine.autograd.FeedForwardOps;
import dev.mezzotint.engine.autograd.PointwiseOps;
import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.AttentionContext;
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
     * up (see {@link Tape#release}). Fewer tokens than contexts are shared, see {@link UNetConditions}.
     */
    Tensor consume(Tape tape, Tensor tokens, AttentionContext context) {
        try (Tape.Scope scope = tape.scope()) {
            Tensor normed = norm1.forward(tape, tokens);
            Tensor x = selfAttention.addTo(tape, tokens, normed, AttentionContext.once(normed));
            tape.release(normed);

            // Images that several contexts share have been the same until here.
            x = ShapeOps.repeat(tape, x, context.batch());
            normed = norm2.forward(tape, x);
            x = crossAttention.addTo(tape, x, normed, context);
            tape.release(normed);

            normed = norm3.forward(tape, x);
            return scope.keep(feedForward(tape, x, normed));
        }
    }

    /** x + f(normed) in the place of x. */
    private Tensor feedForward(Tape tape, Tensor x, Tensor normed) {
        int rows = x.shape().rows();
        if (tape.isRecording()) {
            return FeedForwardOps.addGeglu(tape, x, normed, expand.on(tape), contract.on(tape));
        }
        int parts = parts(rows);
        if (parts == 1) {
            return contract.addTo(tape, x, gate(tape, expand.forward(tape, normed)));
        }
        Tensor sum = x;
        for (int part = 0; part < parts; part++) {
            int from = first(rows, parts, part);
            try (Tape.Scope scope = tape.scope()) {
                Tensor expanded = expand.forward(tape, normed, from, first(rows, parts, part + 1) - from);
                sum = scope.keep(contract.addTo(tape, sum, from, gate(tape, expanded)));
            }
        }
        return sum;
    }

    private static Tensor gate(Tape tape, Tensor expanded) {
        Tensor gated = PointwiseOps.geglu(tape, expanded);
        tape.release(expanded);
        return gated;
    }

    /**
     * In how many parts the rows are fed forward: as few as possible, or up to twice as many if they are equal then, so
     * that their buffers can be used again.
     */
    private int parts(long rows) {
        int most = Math.max(1, FEED_FORWARD_FLOATS / (EXPANSION * width));
        int fewest = Math.toIntExact((rows + most - 1) / most);
        for (int parts = fewest; parts <= 2 * fewest; parts++) {
            if (rows % parts == 0) {
                return parts;
            }
        }
        return fewest;
    }

    private static int first(int rows, int parts, int part) {
        return (int) ((long) rows * part / parts);
    }

    /** Plans the buffers of {@link #consume}; the result, in the tokens' place, stays taken. */
    void plan(BufferPlan plan, UNetSizes sizes) {
        long alone = sizes.positions();
        plan.take(alone * width, alone, alone);
        selfAttention.plan(plan, alone, alone);
        plan.give(alone * width);

        long rows = sizes.attended().positions();
        long tokens = rows * width;
        if (rows > alone) {
            plan.take(tokens);
            plan.give(alone * width);
        }
        plan.take(tokens, rows, rows);
        crossAttention.plan(plan, rows, (long) sizes.texts() * sizes.keys());
        plan.give(tokens);

        plan.take(tokens, rows, rows);
        long parts = parts(rows);
        // Parts differ by one row at most.
        for (long some : new long[] {rows / parts, (rows + parts - 1) / parts}) {
            long expanded = some * EXPANSION * width;
            plan.take(expanded, expanded / 2);
            plan.give(expanded, expanded / 2);
        }
        plan.give(tokens, alone, alone, rows, rows, rows, rows);
    }
}
