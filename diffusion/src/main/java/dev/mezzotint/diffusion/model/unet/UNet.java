package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.diffusion.model.block.Downsample;
import dev.mezzotint.diffusion.model.block.ResnetBlock;
import dev.mezzotint.diffusion.model.block.Upsample;
import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.GroupNorm;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * The conditional U-Net. On the way down each level's residual blocks see a coarser grid; every result is kept and joined
 * on the way up, so that fine detail need not pass through the narrowest grid (Ronneberger et al. 2015).
 */
public final class UNet {
    private record Down(List<Stage> stages, Optional<Downsample> downsample) {}

    private record Up(List<Stage> stages, Optional<Upsample> upsample) {}

    private final UNetConfig config;
    private final Parameters parameters = Parameters.create();
    private final TimestepEmbedding timeEmbedding;
    private final Conv2d convIn;
    private final List<Down> downs = new ArrayList<>();
    private final ResnetBlock middle1;
    private final SpatialTransformer middleAttention;
    private final ResnetBlock middle2;
    private final List<Up> ups = new ArrayList<>();
    private final GroupNorm normOut;
    private final Conv2d convOut;

    /** A U-Net whose parameters are zero until they are loaded or initialised. */
    public UNet(UNetConfig config) {
        this.config = config;
        List<Integer> channels = config.channels();
        int first = channels.getFirst();
        int last = channels.getLast();
        int levels = config.levels();
        convIn = new Conv2d(parameters.child("conv_in"), config.inChannels(), first, 3, 1, 1);
        timeEmbedding = new TimestepEmbedding(parameters.child("time_embedding"), first, config.timeWidth());

        Deque<Integer> skips = new ArrayDeque<>();
        skips.push(first);
        int width = first;
        for (int level = 0; level < levels; level++) {
            Parameters block = parameters.child("down_blocks", level);
            List<Stage> stages = new ArrayList<>();
            for (int i = 0; i < config.layersPerBlock(); i++) {
                stages.add(stage(block, i, width, level, config.downAttention().get(level)));
                width = channels.get(level);
                skips.push(width);
            }
            boolean coarser = level < levels - 1;
            downs.add(new Down(
                    stages,
                    coarser
                            ? Optional.of(Downsample.symmetric(block.child("downsamplers", 0), width))
                            : Optional.empty()));
            if (coarser) {
                skips.push(width);
            }
        }

        Parameters middle = parameters.child("mid_block");
        middle1 = resnet(middle.child("resnets", 0), last, last);
        middleAttention = new SpatialTransformer(middle.child("attentions", 0), config, levels - 1);
        middle2 = resnet(middle.child("resnets", 1), last, last);

        for (int level = levels - 1; level >= 0; level--) {
            Parameters block = parameters.child("up_blocks", levels - 1 - level);
            List<Stage> stages = new ArrayList<>();
            for (int i = 0; i <= config.layersPerBlock(); i++) {
                stages.add(stage(
                        block,
                        i,
                        width + skips.pop(),
                        level,
                        config.upAttention().get(level)));
                width = channels.get(level);
            }
            ups.add(new Up(
                    stages,
                    level > 0 ? Optional.of(new Upsample(block.child("upsamplers", 0), width)) : Optional.empty()));
        }
        normOut = new GroupNorm(parameters.child("conv_norm_out"), config.normGroups(), first, config.normEpsilon());
        convOut = new Conv2d(parameters.child("conv_out"), first, config.outChannels(), 3, 1, 1);
    }

    private Stage stage(Parameters block, int index, int in, int level, boolean attends) {
        ResnetBlock resnet =
                resnet(block.child("resnets", index), in, config.channels().get(level));
        return new Stage(
                resnet,
                attends
                        ? Optional.of(new SpatialTransformer(block.child("attentions", index), config, level))
                        : Optional.empty());
    }

    private ResnetBlock resnet(Parameters scope, int in, int out) {
        return new ResnetBlock(scope, in, out, config.timeWidth(), config.normGroups(), config.normEpsilon());
    }

    /** The sizes. */
    public UNetConfig config() {
        return config;
    }

    /** The parameters, under diffusers' names. */
    public Parameters parameters() {
        return parameters;
    }

    /**
     * Predicts what the training asked for (noise, velocity or sample) from noisy latents.
     *
     * @param x (batch, height, width, inChannels)
     * @param timesteps one an example
     * @param context the encoded texts, (batch, tokens, contextWidth)
     * @return (batch, height, width, outChannels)
     * @throws IllegalArgumentException if a shape does not fit, saying which
     */
    public Tensor forward(Tape tape, Tensor x, double[] timesteps, Tensor context) {
        check(x, timesteps, context);
        try (Tape.Scope scope = tape.scope()) {
            Tensor time = timeEmbedding.forward(tape, timesteps);
            Deque<Tensor> skips = new ArrayDeque<>();
            Tensor h = convIn.forward(tape, x);
            skips.push(h);
            for (Down down : downs) {
                for (Stage stage : down.stages()) {
                    h = stage.forward(tape, h, time, context);
                    skips.push(h);
                }
                if (down.downsample().isPresent()) {
                    h = down.downsample().get().forward(tape, h);
                    skips.push(h);
                }
            }
            h = middle1.forward(tape, h, Optional.of(time));
            h = middleAttention.forward(tape, h, context);
            h = middle2.forward(tape, h, Optional.of(time));
            for (Up up : ups) {
                for (Stage stage : up.stages()) {
                    h = stage.forward(tape, ShapeOps.concat(tape, h, skips.pop(), -1), time, context);
                }
                if (up.upsample().isPresent()) {
                    h = up.upsample().get().forward(tape, h);
                }
            }
            return scope.keep(convOut.forward(tape, normOut.forward(tape, h, Activation.SILU)));
        }
    }

    private void check(Tensor x, double[] timesteps, Tensor context) {
        Shape shape = x.shape();
        if (shape.rank() != 4 || shape.size(3) != config.inChannels()) {
            throw new IllegalArgumentException("U-Net: latents of shape " + shape + " must be (batch, height, width, "
                    + config.inChannels() + ")");
        }
        if (shape.size(1) % config.divisor() != 0 || shape.size(2) % config.divisor() != 0) {
            throw new IllegalArgumentException(
                    "U-Net: height and width of latents " + shape + " must be multiples of " + config.divisor());
        }
        if (timesteps.length != shape.size(0)) {
            throw new IllegalArgumentException(
                    "U-Net: " + shape.size(0) + " latents need as many timesteps, got " + timesteps.length);
        }
        if (context.shape().rank() != 3
                || context.size(0) != shape.size(0)
                || context.size(2) != config.contextWidth()) {
            throw new IllegalArgumentException("U-Net: context of shape " + context.shape() + " must be ("
                    + shape.size(0) + ", tokens, " + config.contextWidth() + ")");
        }
    }
}
