package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.autograd.NormOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;

/** Group normalisation (Wu and He 2018) of channels-last images, with an activation fused behind it. */
public final class GroupNorm {
    private final Parameter weight;
    private final Parameter bias;
    private final int groups;
    private final float epsilon;

    /** Declares {@code weight} and {@code bias}, one value a channel. */
    public GroupNorm(Parameters parameters, int groups, int channels, double epsilon) {
        if (channels % groups != 0) {
            throw new IllegalArgumentException(
                    "group norm: " + channels + " channels cannot be divided into " + groups + " groups");
        }
        weight = parameters.declare("weight", Shape.of(channels), ParameterLayout.SAME, Initializer.constant(1));
        bias = parameters.declare("bias", Shape.of(channels), ParameterLayout.SAME, Initializer.constant(0));
        this.groups = groups;
        this.epsilon = (float) epsilon;
    }

    /** Normalises (batch, …, channels). */
    public Tensor forward(Tape tape, Tensor x, Activation activation) {
        return NormOps.groupNorm(tape, x, weight.on(tape), bias.on(tape), groups, epsilon, activation);
    }

    /** Normalises (batch, …, channels) in its own place: x is used up (see {@link Tape#release}). */
    public Tensor forwardInPlace(Tape tape, Tensor x, Activation activation) {
        return NormOps.groupNormInPlace(tape, x, weight.on(tape), bias.on(tape), groups, epsilon, activation);
    }
}
