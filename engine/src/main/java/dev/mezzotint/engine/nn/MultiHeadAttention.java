package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.autograd.AttentionOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.tensor.BufferPlan;
import dev.mezzotint.engine.tensor.Tensor;

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2): four linear maps around a scaled dot-product attention. Self
 * attention when the context is the input itself, cross-attention otherwise.
 */
public final class MultiHeadAttention {
    /**
     * Names of the four maps in checkpoints.
     *
     * @param query such as {@code to_q}
     * @param key such as {@code to_k}
     * @param value such as {@code to_v}
     * @param output such as {@code to_out.0}
     */
    public record Names(String query, String key, String value, String output) {
        /** diffusers' names. */
        public static final Names DIFFUSERS = new Names("to_q", "to_k", "to_v", "to_out.0");
        /** The names of transformers' CLIP. */
        public static final Names CLIP = new Names("q_proj", "k_proj", "v_proj", "out_proj");
    }

    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear output;
    private final int heads;
    private final int inner;

    /**
     * Declares the four maps.
     *
     * @param width of input and output
     * @param contextWidth of the context
     * @param inner width of all heads together
     * @param inputBias whether the maps to queries, keys and values have a bias
     */
    public MultiHeadAttention(
            Parameters parameters, Names names, int width, int contextWidth, int inner, int heads, boolean inputBias) {
        if (inner % heads != 0) {
            throw new IllegalArgumentException(
                    "attention: a width of " + inner + " cannot be divided into " + heads + " heads");
        }
        query = new Linear(parameters.child(names.query()), width, inner, inputBias);
        key = new Linear(parameters.child(names.key()), contextWidth, inner, inputBias);
        value = new Linear(parameters.child(names.value()), contextWidth, inner, inputBias);
        output = new Linear(parameters.child(names.output()), inner, width, true);
        this.heads = heads;
        this.inner = inner;
    }

    /**
     * Attends from each row of x to the rows of the context.
     *
     * @param x (batch, queries, width)
     * @param context (batch, keys, contextWidth)
     * @return (batch, queries, width)
     */
    public Tensor forward(Tape tape, Tensor x, Tensor context, boolean causal) {
        try (Tape.Scope scope = tape.scope()) {
            return scope.keep(output.forward(tape, mix(tape, x, AttentionContext.once(context), causal)));
        }
    }

    /** Adds the attention of x to y, which is used up (see {@link Tape#release}); see {@link #forward}. */
    public Tensor addTo(Tape tape, Tensor y, Tensor x, AttentionContext context) {
        try (Tape.Scope scope = tape.scope()) {
            return scope.keep(output.addTo(tape, y, mix(tape, x, context, false)));
        }
    }

    private Tensor mix(Tape tape, Tensor x, AttentionContext context, boolean causal) {
        Tensor q = query.forward(tape, x);
        AttentionContext.KeysAndValues made = context.of(this, tape);
        Tensor mixed = AttentionOps.attention(tape, q, made.keys(), made.values(), heads, causal);
        tape.release(q);
        tape.release(made.keys());
        tape.release(made.values());
        return mixed;
    }

    AttentionContext.KeysAndValues keysAndValues(Tape tape, Tensor context) {
        return new AttentionContext.KeysAndValues(key.forward(tape, context), value.forward(tape, context));
    }

    /**
     * Plans the buffers of {@link #addTo} at inference.
     *
     * @param queries rows of x in all examples
     * @param keys rows of the context in all examples
     */
    public void plan(BufferPlan plan, long queries, long keys) {
        plan.take(queries * inner, keys * inner, keys * inner, queries * inner);
        plan.give(queries * inner, keys * inner, keys * inner, queries * inner);
    }
}
