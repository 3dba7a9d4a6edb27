package dev.mezzotint.diffusion.model.block;

import dev.mezzotint.engine.autograd.ResampleOps;
import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.BufferPlan;
import dev.mezzotint.engine.tensor.Tensor;

/**
 * Doubles height and width by repetition and smooths with a 3×3 convolution. Where the level above is odd, the last row or
 * column is left out, which is what PyTorch's interpolation to that size gives.
 */
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
        return consume(tape, x, 2 * x.size(1), 2 * x.size(2));
    }

    /**
     * As {@link #consume(Tape, Tensor)}, for a result of a given size.
     *
     * @param height of the result, twice that of x or one less
     * @param width of the result, twice that of x or one less
     */
    public Tensor consume(Tape tape, Tensor x, int height, int width) {
        try (Tape.Scope scope = tape.scope()) {
            Tensor large = ResampleOps.upsample(tape, x, 2);
            tape.release(x);
            large = cut(tape, cut(tape, large, 1, height), 2, width);
            return scope.keep(conv.forward(tape, large));
        }
    }

    private static Tensor cut(Tape tape, Tensor large, int dimension, int size) {
        if (large.size(dimension) == size) {
            return large;
        }
        Tensor rest = ShapeOps.slice(tape, large, dimension, 0, size);
        tape.release(large);
        return rest;
    }

    /**
     * Plans the buffers of {@link #consume(Tape, Tensor)} at inference; the result stays taken.
     *
     * @param positions pixels of x in all examples
     */
    public void plan(BufferPlan plan, long positions) {
        plan(plan, positions, 4 * positions, 4 * positions);
    }

    /**
     * Plans the buffers of {@link #consume(Tape, Tensor, int, int)} at inference; the result stays taken.
     *
     * @param positions pixels of x in all examples
     * @param shorter those of x made twice as wide and as high as the result
     * @param result those of the result
     */
    public void plan(BufferPlan plan, long positions, long shorter, long result) {
        long large = 4 * positions;
        plan.take(large * channels);
        plan.give(positions * channels);
        for (long cut : new long[] {shorter, result}) {
            if (cut < large) {
                plan.take(cut * channels);
                plan.give(large * channels);
                large = cut;
            }
        }
        plan.take(large * channels);
        plan.give(large * channels);
    }
}
