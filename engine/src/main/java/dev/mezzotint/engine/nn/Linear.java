package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.autograd.LinearMap;
import dev.mezzotint.engine.autograd.MatrixOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Optional;

/** y = x Wᵀ + b over the last dimension; W is (out, in), b is (out) or absent. */
public final class Linear {
    private final Parameter weight;
    private final Optional<Parameter> bias;

    /** Declares {@code weight} and, if wanted, {@code bias}. */
    public Linear(Parameters parameters, int in, int out, boolean withBias) {
        this(parameters, in, out, withBias, ParameterLayout.SAME, Initializer.fanIn(in));
    }

    /** Declares {@code weight} and, if wanted, {@code bias}, with another layout or other first values. */
    public Linear(
            Parameters parameters, int in, int out, boolean withBias, ParameterLayout layout, Initializer initializer) {
        weight = parameters
                .declare("weight", Shape.of(out, in), layout, initializer)
                .usedAs(Parameter.Use.PACKED);
        bias = withBias
                ? Optional.of(parameters.declare("bias", Shape.of(out), ParameterLayout.SAME, Initializer.constant(0)))
                : Optional.empty();
    }

    /**
     * The parameters, for an operation that takes more than one map.
     *
     * @throws java.util.NoSuchElementException if there is no bias
     */
    public LinearMap on(Tape tape) {
        PackedOperand packed = weight.packed(tape);
        return new LinearMap(weight.on(tape), packed, bias.orElseThrow().on(tape));
    }

    /** Maps (…, in) to (…, out). */
    public Tensor forward(Tape tape, Tensor x) {
        return forward(tape, x, Activation.NONE);
    }

    /** Maps (…, in) to (…, out) and applies an activation. */
    public Tensor forward(Tape tape, Tensor x, Activation activation) {
        PackedOperand packed = weight.packed(tape);
        Optional<Tensor> b = bias.map(parameter -> parameter.on(tape));
        return tape.isRecording()
                ? MatrixOps.linear(tape, x, weight.on(tape), packed, b, activation)
                : MatrixOps.linear(tape, x, weight.shape(), packed, b, activation);
    }

    /** Maps some rows of (…, in) to (rows, out), at inference. */
    public Tensor forward(Tape tape, Tensor x, int from, int rows) {
        Optional<Tensor> b = bias.map(parameter -> parameter.on(tape));
        return MatrixOps.linear(tape, x, from, rows, weight.shape(), weight.packed(tape), b, Activation.NONE);
    }

    /** Adds the map of x, (…, in), to y, (…, out), which is used up (see {@link Tape#release}). */
    public Tensor addTo(Tape tape, Tensor y, Tensor x) {
        PackedOperand packed = weight.packed(tape);
        Optional<Tensor> b = bias.map(parameter -> parameter.on(tape));
        return tape.isRecording()
                ? MatrixOps.addLinear(tape, y, x, weight.on(tape), packed, b)
                : MatrixOps.addLinear(tape, y, 0, x, weight.shape(), packed, b);
    }

    /** As {@link #addTo(Tape, Tensor, Tensor)}, at inference, to the rows of y that begin with {@code from}. */
    public Tensor addTo(Tape tape, Tensor y, int from, Tensor x) {
        Optional<Tensor> b = bias.map(parameter -> parameter.on(tape));
        return MatrixOps.addLinear(tape, y, from, x, weight.shape(), weight.packed(tape), b);
    }
}
