package dev.mezzotint.diffusion.model.vae;

import dev.mezzotint.diffusion.model.block.ResnetBlock;
import dev.mezzotint.diffusion.model.block.Upsample;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.GroupNorm;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.BufferPlan;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** From a latent to a picture. */
final class Decoder {
    private record Level(List<ResnetBlock> resnets, Optional<Upsample> upsample) {}

    private final VaeConfig config;
    private final Conv2d convIn;
    private final MiddleBlock middle;
    private final List<Level> levels = new ArrayList<>();
    private final GroupNorm normOut;
    private final Conv2d convOut;

    Decoder(Parameters parameters, VaeConfig config) {
        this.config = config;
        int groups = config.normGroups();
        int width = config.channels().getLast();
        convIn = new Conv2d(parameters.child("conv_in"), config.latentChannels(), width, 3, 1, 1);
        middle = new MiddleBlock(parameters.child("mid_block"), width, groups);
        int last = config.channels().size() - 1;
        for (int level = last; level >= 0; level--) {
            Parameters block = parameters.child("up_blocks", last - level);
            List<ResnetBlock> resnets = new ArrayList<>();
            for (int i = 0; i <= config.layersPerBlock(); i++) {
                int out = config.channels().get(level);
                resnets.add(new ResnetBlock(block.child("resnets", i), width, out, 0, groups, Autoencoder.EPSILON));
                width = out;
            }
            levels.add(new Level(
                    resnets,
                    level > 0 ? Optional.of(new Upsample(block.child("upsamplers", 0), width)) : Optional.empty()));
        }
        normOut = new GroupNorm(parameters.child("conv_norm_out"), groups, width, Autoencoder.EPSILON);
        convOut = new Conv2d(parameters.child("conv_out"), width, config.imageChannels(), 3, 1, 1);
    }

    Tensor forward(Tape tape, Tensor latent) {
        try (Tape.Scope scope = tape.frugalScope()) {
            Tensor h = middle.consume(tape, convIn.forward(tape, latent));
            for (Level level : levels) {
                for (ResnetBlock resnet : level.resnets()) {
                    h = resnet.consume(tape, h, Optional.empty());
                }
                if (level.upsample().isPresent()) {
                    h = level.upsample().get().consume(tape, h);
                }
            }
            return scope.keep(convOut.forward(tape, normOut.forwardInPlace(tape, h, Activation.SILU)));
        }
    }

    /** Plans the buffers of {@link #forward} for latents of so many positions in all; the result stays taken. */
    void plan(BufferPlan plan, int batch, long positions) {
        plan.take(positions * config.channels().getLast());
        middle.plan(plan, batch, positions);
        long pixels = positions;
        for (Level level : levels) {
            for (ResnetBlock resnet : level.resnets()) {
                resnet.plan(plan, batch, pixels, true);
            }
            if (level.upsample().isPresent()) {
                level.upsample().get().plan(plan, pixels);
                pixels *= 4;
            }
        }
        long moments = (long) batch * config.normGroups();
        plan.take(moments, moments, pixels * config.imageChannels());
        plan.give(moments, moments, pixels * config.channels().getFirst());
    }
}
