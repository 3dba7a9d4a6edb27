package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.autograd.NormOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;

/** Layer normalisation (Ba et al. 2016) over the last dimension. */
public final class LayerNorm {
    private final Parameter weight;
    private final Parameter bias;
    private final float epsilon;

    /** Declares {@code weight} and {@code bias} of {@code width} values. */
    public LayerNorm(Parameters parameters, int width, double epsilon) {
        weight = parameters.declare("weight", Shape.of(width), ParameterLayout.SAME, Initializer.constant(1));
        bias = parameters.declare("bias", Shape.of(width), ParameterLayout.SAME, Initializer.constant(0));
        this.epsilon = (float) epsilon;
    }

    /** Normalises the rows of (…, width). */
    public Tensor forward(Tape tape, Tensor x) {
        return NormOps.layerNorm(tape, x, weight.on(tape), bias.on(tape), epsilon);
    }
}
