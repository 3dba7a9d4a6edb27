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
        expand = new Linear(feedForward.child("net", 0).child("proj"), width, 8 * width, true);
        contract = new Linear(feedForward.child("net", 2), 4 * width, width, true);
    }

    /** Maps tokens (batch, tokens, width) with context (batch, keys, contextWidth) to the tokens' shape. */
    Tensor forward(Tape tape, Tensor tokens, Tensor context) {
        try (Tape.Scope scope = tape.scope()) {
            Tensor normed = norm1.forward(tape, tokens);
            Tensor x = ArithmeticOps.add(tape, tokens, selfAttention.forward(tape, normed, normed, false));
            x = ArithmeticOps.add(tape, x, crossAttention.forward(tape, norm2.forward(tape, x), context, false));
            Tensor gated = PointwiseOps.geglu(tape, expand.forward(tape, norm3.forward(tape, x)));
            return scope.keep(ArithmeticOps.add(tape, x, contract.forward(tape, gated)));
        }
    }
}
