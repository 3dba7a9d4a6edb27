package dev.mezzotint.clip.model;

import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.nn.LayerNorm;
import dev.mezzotint.engine.nn.Linear;
import dev.mezzotint.engine.nn.MultiHeadAttention;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.Tensor;

/** One pre-norm transformer layer, the same for texts and images. */
final class ClipLayer {
    private final LayerNorm norm1;
    private final MultiHeadAttention attention;
    private final LayerNorm norm2;
    private final Linear expand;
    private final Linear contract;
    private final Activation activation;

    ClipLayer(Parameters parameters, int width, int feedForward, int heads, Activation activation, double epsilon) {
        norm1 = new LayerNorm(parameters.child("layer_norm1"), width, epsilon);
        attention = new MultiHeadAttention(
                parameters.child("self_attn"), MultiHeadAttention.Names.CLIP, width, width, width, heads, true);
        norm2 = new LayerNorm(parameters.child("layer_norm2"), width, epsilon);
        expand = new Linear(parameters.child("mlp").child("fc1"), width, feedForward, true);
        contract = new Linear(parameters.child("mlp").child("fc2"), feedForward, width, true);
        this.activation = activation;
    }

    Tensor forward(Tape tape, Tensor x, boolean causal) {
        try (Tape.Scope scope = tape.scope()) {
            Tensor normed = norm1.forward(tape, x);
            Tensor attended = ArithmeticOps.add(tape, x, attention.forward(tape, normed, normed, causal));
            Tensor hidden = expand.forward(tape, norm2.forward(tape, attended), activation);
            return scope.keep(ArithmeticOps.add(tape, attended, contract.forward(tape, hidden)));
        }
    }
}
