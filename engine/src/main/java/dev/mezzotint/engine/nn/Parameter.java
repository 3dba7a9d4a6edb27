package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;

/**
 * A named tensor that training changes. Values and gradient exist from the first time they are asked for: values begin as
 * zeros, or as what the file holds that the parameter is bound to. Whoever changes the values says so with {@link
 * #changed}, because layers keep packed copies; then the parameter is bound no more.
 */
public final class Parameter {
    /** What a layer keeps of a parameter at inference. */
    enum Use {
        /** The values, as floats. */
        VALUES,
        /** The packed form, in the file's precision. */
        PACKED,
        /** Nothing if it is bound: single rows are read from the file. */
        ROWS
    }

    private final String name;
    private final Shape shape;
    private final ParameterLayout layout;
    private final Initializer initializer;
    private final PackedWeight packed = new PackedWeight(this);
    private Optional<StoredTensor> source = Optional.empty();
    private Optional<Tensor> value = Optional.empty();
    private Tensor gradient;
    private boolean trainable = true;
    private int version;
    private Use use = Use.VALUES;

    Parameter(String name, Shape shape, ParameterLayout layout, Initializer initializer) {
        this.name = Objects.requireNonNull(name, "name");
        this.shape = Objects.requireNonNull(shape, "shape");
        this.layout = Objects.requireNonNull(layout, "layout");
        this.initializer = Objects.requireNonNull(initializer, "initializer");
    }

    /** The name that checkpoints use, such as {@code conv_in.weight}. */
    public String name() {
        return name;
    }

    /** The shape in this engine's layout. */
    public Shape shape() {
        return shape;
    }

    /** How checkpoints lay it out. */
    public ParameterLayout layout() {
        return layout;
    }

    /** What fills it before training. */
    Initializer initializer() {
        return initializer;
    }

    /**
     * The values, in this engine's layout.
     *
     * @throws UncheckedIOException if they are bound to a file that cannot be read any more
     */
    public Tensor value() {
        if (value.isEmpty()) {
            value = Optional.of(source.isPresent() ? read(source.get()) : Tensor.zeros(shape));
        }
        return value.get();
    }

    private Tensor read(StoredTensor stored) {
        try {
            float[] values = stored.floats();
            layout.rowsFromStored(values, shape.size(0), shape);
            return Tensor.of(values, shape);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Lets the values be what a file holds. They are read when they are first used: a layer at inference packs them
     * straight from the file, in the file's precision, and no copy in single precision is made.
     *
     * @throws IllegalArgumentException if the stored shape is not this parameter's
     */
    public void bind(StoredTensor stored) {
        if (!layout.fits(shape, stored.shape())) {
            throw new IllegalArgumentException("parameter " + name + ": " + stored.origin() + " has shape "
                    + Arrays.toString(stored.shape()) + ", which must be "
                    + Arrays.toString(layout.stored(shape).toArray()));
        }
        changed();
        source = Optional.of(stored);
        release();
    }

    /** What the values are read from; empty if they are the parameter's own. */
    public Optional<StoredTensor> source() {
        return source;
    }

    /** Forgets values and packed form if they can be read again. */
    void release() {
        if (source.isPresent()) {
            value = Optional.empty();
            packed.forget();
        }
    }

    /** Whether {@link #value} would have to read a file. */
    boolean isUnread() {
        return source.isPresent() && value.isEmpty();
    }

    /** The sum of gradients since they were last cleared. Several tapes may ask for it at once. */
    public synchronized Tensor gradient() {
        if (gradient == null) {
            gradient = Tensor.zeros(shape);
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
        source = Optional.empty();
    }

    /** Grows with every change of the values. */
    int version() {
        return version;
    }

    /** The values for an operation on the tape, which then adds gradients here if the parameter is trainable. */
    public Tensor on(Tape tape) {
        if (trainable && tape.isRecording()) {
            tape.watch(value(), gradient());
        }
        return value();
    }

    /** Whether this very operand of a kernel is the weight in its packed form: tells a profile whose work was done. */
    public boolean isPackedAs(PackedOperand operand) {
        return packed.holds(operand);
    }

    /** Says what a layer keeps of it at inference. */
    Parameter usedAs(Use use) {
        this.use = use;
        return this;
    }

    /** What inference keeps in memory, but for what packing fills up, if the values come from a file of this type. */
    long bytesFrom(DType dtype) {
        boolean half = dtype == DType.F16 || dtype == DType.BF16;
        return switch (use) {
            case VALUES -> (long) Float.BYTES * shape.length();
            case PACKED -> (long) (half ? Short.BYTES : Float.BYTES) * shape.length();
            case ROWS -> 0;
        };
    }

    /** What inference keeps in memory: of values that come from no file, those and what is packed. */
    public long bytes() {
        if (source.isPresent()) {
            return bytesFrom(source.get().dtype());
        }
        return (use == Use.PACKED ? 2L : 1L) * Float.BYTES * shape.length();
    }

    /** As the right operand of a product: one column an index of the first dimension. */
    PackedOperand packed(Tape tape) {
        return packed.get(tape, Optional.empty());
    }

    /** As the weights of a convolution; two that share them differ in the size of their images alone. */
    PackedOperand packed(Tape tape, ConvGeometry geometry) {
        return packed.get(tape, Optional.of(geometry));
    }
}
