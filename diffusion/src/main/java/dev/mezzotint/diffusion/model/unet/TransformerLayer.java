package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.PointwiseOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.LayerNorm;
import dev.mezzotint.engine.nn.Linear;
import dev.mezzotint.engine.nn.MultiHeadAttention;
import dev.mezzotint.engine.nn.Parameters;
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
        contract = new Linear(feedForward.child("net", 2), 4 * width, width, true);
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

            int rows = Math.max(1, FEED_FORWARD_FLOATS / (EXPANSION * x.shape().last()));
            return scope.keep(ArithmeticOps.addByRows(tape, x, rows, some -> feedForward(tape, some)));
        }
    }

    private Tensor feedForward(Tape tape, Tensor x) {
        Tensor normed = norm3.forward(tape, x);
        Tensor expanded = expand.forward(tape, normed);
        tape.release(normed);
        Tensor gated = PointwiseOps.geglu(tape, expanded);
        tape.release(expanded);
        return contract.forward(tape, gated);
    }
}
