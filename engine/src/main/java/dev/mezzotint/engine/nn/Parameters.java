package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.shape.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The parameters of a model in the order in which its layers declare them, under dotted names as PyTorch's {@code
 * state_dict} writes them. {@link #child} gives a view whose declarations get a longer prefix.
 */
public final class Parameters {
    private final Map<String, Parameter> all;
    private final String prefix;

    private Parameters(Map<String, Parameter> all, String prefix) {
        this.all = all;
        this.prefix = prefix;
    }

    /** An empty set for a new model. */
    public static Parameters create() {
        return new Parameters(new LinkedHashMap<>(), "");
    }

    /** The same set, declaring under {@code prefix.name.}. */
    public Parameters child(String name) {
        return new Parameters(all, prefix + name + ".");
    }

    /** The same set, declaring under {@code prefix.name.index.}. */
    public Parameters child(String name, int index) {
        return child(name + "." + index);
    }

    /**
     * Declares a parameter.
     *
     * @throws IllegalArgumentException if the name is taken
     */
    public Parameter declare(String name, Shape shape, ParameterLayout layout, Initializer initializer) {
        Parameter parameter = new Parameter(prefix + name, shape, layout, initializer);
        if (all.putIfAbsent(parameter.name(), parameter) != null) {
            throw new IllegalArgumentException("parameters: " + parameter.name() + " is declared twice");
        }
        return parameter;
    }

    /** All parameters, in order of declaration. */
    public List<Parameter> list() {
        return new ArrayList<>(all.values());
    }

    /** Number of values in all parameters. */
    public long count() {
        return all.values().stream().mapToLong(p -> p.shape().length()).sum();
    }

    /** Bytes that the parameters take at inference, once all are used: those that are bound in their files' precision. */
    public long bytes() {
        return all.values().stream().mapToLong(Parameter::bytes).sum();
    }

    /** Bytes that the parameters would take at inference if they were bound to a file of this type. */
    public long bytesFrom(DType dtype) {
        return all.values().stream()
                .mapToLong(parameter -> parameter.bytesFrom(dtype))
                .sum();
    }

    /** Forgets values and packed forms of all bound parameters; they are read again when they are used. */
    public void release() {
        all.values().forEach(Parameter::release);
    }

    /** Gives every parameter its first values; the same seed gives the same model. */
    public void initialize(TorchGenerator generator) {
        for (Parameter parameter : all.values()) {
            parameter.initializer().fill(parameter.value().data(), generator);
            parameter.changed();
        }
    }

    /** Freezes or unfreezes all parameters. */
    public void setTrainable(boolean trainable) {
        all.values().forEach(parameter -> parameter.setTrainable(trainable));
    }

    /** Sets all gradients to zero. */
    public void clearGradients() {
        all.values().forEach(parameter -> parameter.gradient().fill(0));
    }
}
