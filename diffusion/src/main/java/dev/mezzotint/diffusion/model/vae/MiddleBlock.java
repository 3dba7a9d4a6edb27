package dev.mezzotint.diffusion.model.vae;

import dev.mezzotint.diffusion.model.block.ResnetBlock;
import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.nn.AttentionContext;
import dev.mezzotint.engine.nn.GroupNorm;
import dev.mezzotint.engine.nn.MultiHeadAttention;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.BufferPlan;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Optional;

/** A residual block, self-attention with one head over all positions, and another residual block. */
final class MiddleBlock {
    private final ResnetBlock first;
    private final GroupNorm norm;
    private final MultiHeadAttention attention;
    private final ResnetBlock second;
    private final int channels;
    private final int groups;

    MiddleBlock(Parameters parameters, int channels, int groups) {
        first = new ResnetBlock(parameters.child("resnets", 0), channels, channels, 0, groups, Autoencoder.EPSILON);
        Parameters block = parameters.child("attentions", 0);
        norm = new GroupNorm(block.child("group_norm"), groups, channels, Autoencoder.EPSILON);
        attention = new MultiHeadAttention(
                block, MultiHeadAttention.Names.DIFFUSERS, channels, channels, channels, 1, true);
        second = new ResnetBlock(parameters.child("resnets", 1), channels, channels, 0, groups, Autoencoder.EPSILON);
        this.channels = channels;
        this.groups = groups;
    }

    /** Keeps the shape; uses x up (see {@link Tape#release}). */
    Tensor consume(Tape tape, Tensor x) {
        int batch = x.size(0);
        int height = x.size(1);
        int width = x.size(2);
        try (Tape.Scope scope = tape.scope()) {
            Tensor h = first.consume(tape, x, Optional.empty());
            Tensor tokens =
                    ShapeOps.reshape(tape, norm.forward(tape, h, Activation.NONE), batch, height * width, channels);
            Tensor sum = attention.addTo(
                    tape,
                    ShapeOps.reshape(tape, h, batch, height * width, channels),
                    tokens,
                    AttentionContext.once(tokens));
            tape.release(tokens);
            h = ShapeOps.reshape(tape, sum, batch, height, width, channels);
            return scope.keep(second.consume(tape, h, Optional.empty()));
        }
    }

    /** Plans the buffers of {@link #consume}; the result stays taken. */
    void plan(BufferPlan plan, int batch, long positions) {
        long image = positions * channels;
        long moments = (long) batch * groups;
        first.plan(plan, batch, positions, true);
        plan.take(image, moments, moments);
        attention.plan(plan, positions, positions);
        plan.give(image);
        second.plan(plan, batch, positions, true);
        plan.give(moments, moments);
    }
}
