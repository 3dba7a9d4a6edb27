package dev.mezzotint.diffusion.model.block;

import dev.mezzotint.engine.autograd.ResampleOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.BufferPlan;
import dev.mezzotint.engine.tensor.Tensor;

/** Doubles height and width by repetition and smooths with a 3×3 convolution. */
public final class Upsample {
    private final Conv2d conv;
    private final int channels;

    /** Declares {@code conv}. */
    public Upsample(Parameters parameters, int channels) {
        conv = new Conv2d(parameters.child("conv"), channels, channels, 3, 1, 1);
        this.channels = channels;
    }

    /**
     * Maps (batch, height, width, channels) to (batch, 2 · height, 2 · width, channels) and uses x up (see {@link
     * Tape#release}).
     */
    public Tensor consume(Tape tape, Tensor x) {
        try (Tape.Scope scope = tape.scope()) {
            Tensor large = ResampleOps.upsample(tape, x, 2);
            tape.release(x);
            return scope.keep(conv.forward(tape, large));
        }
    }

    /**
     * Plans the buffers of {@link #consume} at inference; the result stays taken.
     *
     * @param positions pixels of x in all examples
     */
    public void plan(BufferPlan plan, long positions) {
        long large = 4 * positions * channels;
        plan.take(large);
        plan.give(positions * channels);
        plan.take(large);
        plan.give(large);
    }
}
