package dev.mezzotint.diffusion.model.vae;

import dev.mezzotint.diffusion.model.block.Downsample;
import dev.mezzotint.diffusion.model.block.ResnetBlock;
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

/** From a picture to the mean and log variance of its latent. */
final class Encoder {
    private record Level(List<ResnetBlock> resnets, Optional<Downsample> downsample) {}

    private final VaeConfig config;
    private final Conv2d convIn;
    private final List<Level> levels = new ArrayList<>();
    private final MiddleBlock middle;
    private final GroupNorm normOut;
    private final Conv2d convOut;

    Encoder(Parameters parameters, VaeConfig config) {
        this.config = config;
        int groups = config.normGroups();
        int width = config.channels().getFirst();
        convIn = new Conv2d(parameters.child("conv_in"), config.imageChannels(), width, 3, 1, 1);
        int last = config.channels().size() - 1;
        for (int level = 0; level <= last; level++) {
            Parameters block = parameters.child("down_blocks", level);
            List<ResnetBlock> resnets = new ArrayList<>();
            for (int i = 0; i < config.layersPerBlock(); i++) {
                int out = config.channels().get(level);
                resnets.add(new ResnetBlock(block.child("resnets", i), width, out, 0, groups, Autoencoder.EPSILON));
                width = out;
            }
            levels.add(new Level(
                    resnets,
                    level < last
                            ? Optional.of(Downsample.asymmetric(block.child("downsamplers", 0), width))
                            : Optional.empty()));
        }
        middle = new MiddleBlock(parameters.child("mid_block"), width, groups);
        normOut = new GroupNorm(parameters.child("conv_norm_out"), groups, width, Autoencoder.EPSILON);
        convOut = new Conv2d(parameters.child("conv_out"), width, 2 * config.latentChannels(), 3, 1, 1);
    }

    Tensor forward(Tape tape, Tensor image) {
        try (Tape.Scope scope = tape.frugalScope()) {
            Tensor h = convIn.forward(tape, image);
            for (Level level : levels) {
                for (ResnetBlock resnet : level.resnets()) {
                    h = resnet.consume(tape, h, Optional.empty());
                }
                if (level.downsample().isPresent()) {
                    Tensor fine = h;
                    h = level.downsample().get().forward(tape, fine);
                    tape.release(fine);
                }
            }
            h = normOut.forwardInPlace(tape, middle.consume(tape, h), Activation.SILU);
            return scope.keep(convOut.forward(tape, h));
        }
    }

    /** Plans the buffers of {@link #forward} for pictures of so many pixels in all; the result stays taken. */
    void plan(BufferPlan plan, int batch, long pixels) {
        plan.take(pixels * config.channels().getFirst());
        long positions = pixels;
        for (int i = 0; i < levels.size(); i++) {
            for (ResnetBlock resnet : levels.get(i).resnets()) {
                resnet.plan(plan, batch, positions, true);
            }
            if (levels.get(i).downsample().isPresent()) {
                long width = config.channels().get(i);
                plan.take(positions / 4 * width);
                plan.give(positions * width);
                positions /= 4;
            }
        }
        middle.plan(plan, batch, positions);
        long moments = (long) batch * config.normGroups();
        plan.take(moments, moments, positions * 2 * config.latentChannels());
        plan.give(moments, moments, positions * config.channels().getLast());
    }
}
