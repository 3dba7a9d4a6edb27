package dev.mezzotint.diffusion.model.block;

import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.GroupNorm;
import dev.mezzotint.engine.nn.Linear;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.BufferPlan;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Optional;

/**
 * Residual block: twice norm, SiLU and 3×3 convolution, with the timestep's embedding added in between, and a 1×1
 * convolution on the shortcut where the number of channels changes (Ho et al. 2020, appendix B).
 */
public final class ResnetBlock {
    private final GroupNorm norm1;
    private final Conv2d conv1;
    private final Optional<Linear> timeProjection;
    private final GroupNorm norm2;
    private final Conv2d conv2;
    private final Optional<Conv2d> shortcut;
    private final int in;
    private final int out;
    private final int groups;

    /**
     * Declares the block under diffusers' names.
     *
     * @param timeWidth width of the timestep's embedding, 0 for a block without one
     */
    public ResnetBlock(Parameters parameters, int in, int out, int timeWidth, int groups, double epsilon) {
        norm1 = new GroupNorm(parameters.child("norm1"), groups, in, epsilon);
        conv1 = new Conv2d(parameters.child("conv1"), in, out, 3, 1, 1);
        timeProjection = timeWidth > 0
                ? Optional.of(new Linear(parameters.child("time_emb_proj"), timeWidth, out, true))
                : Optional.empty();
        norm2 = new GroupNorm(parameters.child("norm2"), groups, out, epsilon);
        conv2 = new Conv2d(parameters.child("conv2"), out, out, 3, 1, 1);
        shortcut = in == out
                ? Optional.empty()
                : Optional.of(new Conv2d(parameters.child("conv_shortcut"), in, out, 1, 1, 0));
        this.in = in;
        this.out = out;
        this.groups = groups;
    }

    /**
     * Maps (batch, height, width, in) to (batch, height, width, out).
     *
     * @param time SiLU of the timesteps' embedding, (batch, timeWidth), for a block with one; with fewer rows these are
     *     repeated
     */
    public Tensor forward(Tape tape, Tensor x, Optional<Tensor> time) {
        requireTime(time);
        try (Tape.Scope scope = tape.scope()) {
            Tensor h = body(tape, norm1.forward(tape, x, Activation.SILU), time);
            Tensor residual = shortcut.isPresent() ? shortcut.get().forward(tape, x) : x;
            return scope.keep(ArithmeticOps.addInPlace(tape, h, residual));
        }
    }

    /** As {@link #forward}, and uses x up (see {@link Tape#release}), which at inference takes less memory. */
    public Tensor consume(Tape tape, Tensor x, Optional<Tensor> time) {
        if (shortcut.isEmpty()) {
            Tensor y = forward(tape, x, time);
            tape.release(x);
            return y;
        }
        requireTime(time);
        try (Tape.Scope scope = tape.scope()) {
            // The shortcut first: then the norm is the last to read x and can stand in its place.
            Tensor residual = shortcut.get().forward(tape, x);
            Tensor h = body(tape, norm1.forwardInPlace(tape, x, Activation.SILU), time);
            return scope.keep(ArithmeticOps.addInPlace(tape, h, residual));
        }
    }

    private void requireTime(Optional<Tensor> time) {
        if (time.isPresent() != timeProjection.isPresent()) {
            throw new IllegalArgumentException(
                    "residual block: a timestep embedding is " + (time.isPresent() ? "not expected" : "missing"));
        }
    }

    /** All from the first convolution to the second; uses up its input. */
    private Tensor body(Tape tape, Tensor normed, Optional<Tensor> time) {
        Tensor h = conv1.forward(tape, normed);
        tape.release(normed);
        if (time.isPresent()) {
            Tensor shift = timeProjection.orElseThrow().forward(tape, time.get());
            shift = ShapeOps.repeat(tape, shift, h.size(0));
            h = ArithmeticOps.addInPlace(tape, h, ShapeOps.reshape(tape, shift, shift.size(0), 1, 1, shift.size(1)));
        }
        h = norm2.forwardInPlace(tape, h, Activation.SILU);
        Tensor y = conv2.forward(tape, h);
        tape.release(h);
        return y;
    }

    /**
     * Plans the buffers of {@link #forward}, or of {@link #consume}, at inference; the result stays taken.
     *
     * @param positions pixels in all examples
     */
    public void plan(BufferPlan plan, int batch, long positions, boolean consumed) {
        long before = positions * in;
        long after = positions * out;
        long moments = (long) batch * groups;
        boolean inPlace = consumed && shortcut.isPresent();
        plan.take(inPlace ? after : before);
        plan.take(moments, moments, after);
        plan.give(before);
        if (timeProjection.isPresent()) {
            plan.take((long) batch * out);
        }
        plan.take(moments, moments, after);
        plan.give(after);
        if (shortcut.isPresent()) {
            if (!inPlace) {
                plan.take(after);
            }
            plan.give(after);
        } else if (consumed) {
            plan.give(before);
        }
        if (timeProjection.isPresent()) {
            plan.give((long) batch * out);
        }
        plan.give(moments, moments, moments, moments);
    }
}
