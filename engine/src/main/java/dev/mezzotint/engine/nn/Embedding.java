package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.autograd.ResampleOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;

/** A table of learned rows. */
public final class Embedding {
    private final Parameter weight;

    /** Declares {@code weight} (entries, width). */
    public Embedding(Parameters parameters, int entries, int width, double deviation) {
        weight = parameters.declare(
                "weight", Shape.of(entries, width), ParameterLayout.SAME, Initializer.normal(deviation));
    }

    /** The rows of these indices, (indices.length, width). */
    public Tensor forward(Tape tape, int[] indices) {
        return ResampleOps.gather(tape, weight.on(tape), indices);
    }

    /** The whole table, (entries, width). */
    public Tensor table(Tape tape) {
        return weight.on(tape);
    }
}
