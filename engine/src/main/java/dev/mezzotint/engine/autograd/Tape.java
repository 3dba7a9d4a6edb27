package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.Kernels;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import dev.mezzotint.engine.tensor.Workspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One computation: it owns the buffers of its results and, when it records, remembers for each result how gradients flow
 * back. Operations take a tape as their first argument; layers are written once and run on both kinds.
 *
 * <p>Recording: watch the parameters, compute a scalar loss, call {@link #backward}, read the gradients, {@link #reset}.
 * The order of recording is a topological order, so the walk back is one loop (Griewank and Walther 2008, ch. 3).
 *
 * <p>Inference: nothing is recorded, and a {@link Scope} hands the buffers of intermediate results back as soon as a block
 * is left. Either way a loop of equal turns allocates in its first turn only. Not thread-safe.
 */
public final class Tape {
    /** What an operation does with the gradient by its result. */
    @FunctionalInterface
    interface Backward {
        void run(float[] gradient);
    }

    /** Writes a gradient over whatever the buffer holds. */
    @FunctionalInterface
    interface GradientWriter {
        void write(float[] gradient);
    }

    private static final float[] RELEASED = {};

    private record Node(Tensor result, Backward backward) {}

    private final Compute compute;
    private final Workspace workspace;
    private final boolean recording;
    private final List<float[]> owned = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<Tensor, float[]> gradients = new IdentityHashMap<>();
    private final Map<Tensor, Boolean> tracked = new IdentityHashMap<>();

    /** Where gradients by parameters are added, if not to the parameters' own. */
    private Optional<PartialGradients> apart = Optional.empty();

    /** Gradients that stand for several tensors, with how many beyond the first. */
    private final Map<float[], Integer> shares = new IdentityHashMap<>();

    private Tape(Compute compute, Workspace workspace, boolean recording) {
        this.compute = compute;
        this.workspace = workspace;
        this.recording = recording;
    }

    /** A tape that records, for training. */
    public static Tape recording(Compute compute) {
        return new Tape(compute, new Workspace(), true);
    }

    /** A tape that records nothing, for inference. */
    public static Tape inference(Compute compute) {
        return new Tape(compute, new Workspace(), false);
    }

    /** Whether gradients can be asked for. */
    public boolean isRecording() {
        return recording;
    }

    /** Says that an operation has no way back. */
    void refuseRecording(String operation) {
        if (recording) {
            throw new IllegalArgumentException(
                    operation + ": gradients need the weight itself, not its packed form; use an inference tape");
        }
    }

    /** The kernels to compute with. */
    public Kernels kernels() {
        return compute.kernels();
    }

    /** The threads to compute on. */
    public Workers workers() {
        return compute.workers();
    }

    /** The workspace that buffers come from. */
    public Workspace workspace() {
        return workspace;
    }

    /** A tensor with arbitrary contents that lives until the enclosing scope, or the tape's turn, ends. */
    public Tensor allocate(Shape shape) {
        return Tensor.of(buffer(shape.length()), shape);
    }

    /** A buffer with arbitrary contents that lives until the enclosing scope, or the tape's turn, ends. */
    float[] buffer(int length) {
        float[] buffer = workspace.take(length);
        owned.add(buffer);
        return buffer;
    }

    /**
     * Hands a result's buffer back before its scope ends. Whoever computed a tensor, or was given it to use up, may do so
     * once; it cannot be read afterwards. It changes nothing on a recording tape, nor for a buffer that is not this tape's,
     * such as an input's or a parameter's.
     */
    public void release(Tensor result) {
        if (!recording) {
            int at = indexOf(result);
            if (at >= 0) {
                // The place stays, because scopes know their buffers by it.
                owned.set(at, RELEASED);
                workspace.give(result.surrender());
            }
        }
    }

    /** Whether an operation may write over a tensor that its caller uses up. */
    boolean mayOverwrite(Tensor result) {
        return !recording && indexOf(result) >= 0;
    }

    private int indexOf(Tensor result) {
        for (int i = owned.size() - 1; i >= 0; i--) {
            if (owned.get(i) == result.data()) {
                return i;
            }
        }
        return -1;
    }

    /** Declares a parameter: gradients by {@code value} are added to {@code gradient}. */
    public void watch(Tensor value, Tensor gradient) {
        if (recording) {
            tracked.put(value, Boolean.TRUE);
            gradients.put(value, apart.map(part -> part.sum(gradient)).orElseGet(gradient::data));
        }
    }

    /** Keeps the gradients by parameters apart from the parameters' own, until the tape is reset. */
    public void collectIn(PartialGradients part) {
        apart = Optional.of(part);
    }

    /** Declares an input whose gradient is wanted; read it with {@link #gradient} before the tape is reset. */
    public void watch(Tensor input) {
        watch(input, Tensor.zeros(input.shape()));
    }

    /** Whether a gradient by this tensor is needed. */
    boolean needs(Tensor tensor) {
        return tracked.containsKey(tensor);
    }

    /** Records how the gradient by a result reaches the inputs, if any of them needs one. */
    Tensor record(Tensor result, Backward backward, Tensor... inputs) {
        if (recording) {
            for (Tensor input : inputs) {
                if (needs(input)) {
                    tracked.put(result, Boolean.TRUE);
                    nodes.add(new Node(result, backward));
                    break;
                }
            }
        }
        return result;
    }

    /** Adds to the gradient by {@code input} what the writer writes, unless none is needed. */
    void addGradient(Tensor input, GradientWriter writer) {
        if (!needs(input)) {
            return;
        }
        float[] fresh = workspace.take(input.length());
        writer.write(fresh);
        donate(input, fresh);
    }

    /** Adds a buffer from the workspace to the gradient by {@code input} and takes the buffer over. */
    void donate(Tensor input, float[] fresh) {
        float[] present = gradients.get(input);
        if (!needs(input)) {
            workspace.give(fresh);
        } else if (present == null) {
            gradients.put(input, fresh);
        } else if (shares.containsKey(present)) {
            kernels().elementwise().axpy(workers(), fresh.length, 1, present, 0, fresh, 0);
            gradients.put(input, fresh);
            drop(present);
        } else {
            kernels().elementwise().axpy(workers(), fresh.length, 1, fresh, 0, present, 0);
            workspace.give(fresh);
        }
    }

    /** Adds the gradient by a result to the gradient by {@code input}, without a copy where it is the first part of it. */
    void pass(Tensor input, float[] gradient) {
        float[] present = gradients.get(input);
        if (!needs(input)) {
            return;
        }
        if (present == null) {
            gradients.put(input, gradient);
            shares.merge(gradient, 1, Integer::sum);
        } else if (shares.containsKey(present)) {
            addGradient(input, sum -> System.arraycopy(gradient, 0, sum, 0, sum.length));
        } else {
            kernels().elementwise().axpy(workers(), gradient.length, 1, gradient, 0, present, 0);
        }
    }

    /**
     * The gradient by {@code input} as far as it is known, if it may be added to in place; an operation that can accumulate
     * saves a pass so.
     */
    Optional<float[]> partialGradient(Tensor input) {
        return Optional.ofNullable(gradients.get(input)).filter(present -> !shares.containsKey(present));
    }

    /** Gives up one use of a gradient. */
    private void drop(float[] gradient) {
        Integer others = shares.get(gradient);
        if (others == null) {
            workspace.give(gradient);
        } else if (others == 1) {
            shares.remove(gradient);
        } else {
            shares.put(gradient, others - 1);
        }
    }

    /** The buffer that gradients by {@code input} are added to; zeros when it is new. Ask {@link #needs} first. */
    float[] gradientSum(Tensor input) {
        float[] present = gradients.get(input);
        if (present != null && !shares.containsKey(present)) {
            return present;
        }
        float[] own = workspace.take(input.length());
        if (present == null) {
            Arrays.fill(own, 0);
        } else {
            System.arraycopy(present, 0, own, 0, own.length);
            drop(present);
        }
        gradients.put(input, own);
        return own;
    }

    /**
     * Walks back from a scalar and fills the gradients of everything watched.
     *
     * @throws IllegalArgumentException if the loss is not a scalar or depends on nothing watched
     */
    public void backward(Tensor loss) {
        if (loss.length() != 1) {
            throw new IllegalArgumentException("backward: the loss must have one value, its shape is " + loss.shape());
        }
        if (!needs(loss)) {
            throw new IllegalArgumentException("backward: the loss depends on nothing that is watched");
        }
        gradientSum(loss)[0] = 1;
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = nodes.get(i);
            float[] gradient = gradients.remove(node.result());
            if (gradient != null) {
                node.backward().run(gradient);
                drop(gradient);
            }
        }
        nodes.clear();
    }

    /** The gradient by a watched input after {@link #backward}. */
    public Tensor gradient(Tensor input) {
        float[] gradient = gradients.get(input);
        if (gradient == null) {
            throw new IllegalArgumentException("gradient: the tensor of shape " + input.shape() + " is not watched");
        }
        return Tensor.of(gradient, input.shape());
    }

    /** Ends a turn: all results and records of this tape are given up, all buffers may be used again. */
    public void reset() {
        nodes.clear();
        gradients.clear();
        shares.clear();
        tracked.clear();
        apart = Optional.empty();
        for (float[] buffer : owned) {
            if (buffer != RELEASED) {
                workspace.give(buffer);
            }
        }
        owned.clear();
    }

    /** Opens a scope; on a recording tape it changes nothing, because the walk back needs every result. */
    public Scope scope() {
        return new Scope(owned.size(), false);
    }

    /**
     * Opens a scope for work that passes through many sizes once, such as decoding a picture: while it is open the
     * workspace keeps no more than is needed at the worst moment.
     */
    public Scope frugalScope() {
        return new Scope(owned.size(), true);
    }

    /** The buffers taken since a scope was opened; closing it hands back all but the kept one. */
    public final class Scope implements AutoCloseable {
        private final int start;
        private final boolean wasFrugal;
        private float[] kept = {};

        private Scope(int start, boolean frugal) {
            this.start = start;
            wasFrugal = workspace.isFrugal();
            if (frugal && !recording) {
                workspace.setFrugal(true);
            }
        }

        /** Marks the one result that outlives the scope. */
        public Tensor keep(Tensor result) {
            kept = result.data();
            return result;
        }

        /** Hands the buffers back. */
        @Override
        public void close() {
            workspace.setFrugal(wasFrugal);
            if (recording) {
                return;
            }
            boolean keptIsOurs = false;
            for (int i = owned.size() - 1; i >= start; i--) {
                float[] buffer = owned.remove(i);
                if (buffer == kept) {
                    keptIsOurs = true;
                } else if (buffer != RELEASED) {
                    workspace.give(buffer);
                }
            }
            if (keptIsOurs) {
                owned.add(kept);
            }
        }
    }
}
