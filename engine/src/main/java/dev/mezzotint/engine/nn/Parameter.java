package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Objects;

/**
 * A named tensor that training changes. Its gradient exists from the first time it is asked for. Whoever changes the
 * values says so with {@link #changed}, because layers keep packed copies.
 */
public final class Parameter {
    private final String name;
    private final ParameterLayout layout;
    private final Initializer initializer;
    private final Tensor value;
    private Tensor gradient;
    private boolean trainable = true;
    private int version;

    Parameter(String name, Shape shape, ParameterLayout layout, Initializer initializer) {
        this.name = Objects.requireNonNull(name, "name");
        this.layout = Objects.requireNonNull(layout, "layout");
        this.initializer = Objects.requireNonNull(initializer, "initializer");
        this.value = Tensor.zeros(shape);
    }

    /** The name that checkpoints use, such as {@code conv_in.weight}. */
    public String name() {
        return name;
    }

    /** How checkpoints lay it out. */
    public ParameterLayout layout() {
        return layout;
    }

    /** What fills it before training. */
    Initializer initializer() {
        return initializer;
    }

    /** The values, in this engine's layout. */
    public Tensor value() {
        return value;
    }

    /** The sum of gradients since they were last cleared. */
    public Tensor gradient() {
        if (gradient == null) {
            gradient = Tensor.zeros(value.shape());
        }
        return gradient;
    }

    /** Whether training changes it. */
    public boolean isTrainable() {
        return trainable;
    }

    /** Freezes or unfreezes it. */
    public void setTrainable(boolean trainable) {
        this.trainable = trainable;
    }

    /** Says that the values were changed. */
    public void changed() {
        version++;
    }

    /** Grows with every change of the values. */
    int version() {
        return version;
    }

    /** The values for an operation on the tape, which then adds gradients here if the parameter is trainable. */
    public Tensor on(Tape tape) {
        if (trainable && tape.isRecording()) {
            tape.watch(value, gradient());
        }
        return value;
    }
}
