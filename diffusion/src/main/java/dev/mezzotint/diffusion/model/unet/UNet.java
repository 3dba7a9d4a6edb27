package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.diffusion.model.block.Downsample;
import dev.mezzotint.diffusion.model.block.ResnetBlock;
import dev.mezzotint.diffusion.model.block.Upsample;
import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.PointwiseOps;
import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.nn.AttentionContext;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.GroupNorm;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.BufferPlan;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The conditional U-Net. On the way down each level's residual blocks see a coarser grid; every result is kept and joined
 * on the way up, so that fine detail need not pass through the narrowest grid (Ronneberger et al. 2015).
 */
public final class UNet {
    private record Down(List<Stage> stages, Optional<Downsample> downsample) {}

    private record Middle(ResnetBlock first, SpatialTransformer attention, ResnetBlock second) {}

    private record Up(List<Stage> stages, Optional<Upsample> upsample) {}

    /** A planned result that is joined on the way up. */
    private record Skip(long length, int batch) {}

    private final UNetConfig config;
    private final Parameters parameters = Parameters.create();
    private final TimestepEmbedding timeEmbedding;
    private final Optional<TimestepEmbedding> addedEmbedding;
    private final Conv2d convIn;
    private final List<Down> downs = new ArrayList<>();
    private final Optional<Middle> middle;
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
        timeEmbedding = new TimestepEmbedding(
                parameters.child("time_embedding"), first, config.timeWidth(), config.guidanceWidth());
        addedEmbedding = config.added()
                .map(added ->
                        new TimestepEmbedding(parameters.child("add_embedding"), added.width(), config.timeWidth(), 0));

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

        middle = config.middle() ? Optional.of(middle(parameters.child("mid_block"), last)) : Optional.empty();

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

    private Middle middle(Parameters block, int width) {
        return new Middle(
                resnet(block.child("resnets", 0), width, width),
                new SpatialTransformer(block.child("attentions", 0), config, config.levels() - 1),
                resnet(block.child("resnets", 1), width, width));
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

    /** As {@link #forward(Tape, Tensor, double[], UNetConditions)} for models that are told the text alone. */
    public Tensor forward(Tape tape, Tensor x, double[] timesteps, Tensor context) {
        return forward(tape, x, timesteps, UNetConditions.of(context));
    }

    /**
     * Predicts what the training asked for (noise, velocity or sample) from noisy latents.
     *
     * @param x (batch, height, width, inChannels)
     * @param timesteps one a latent
     * @param conditions the encoded texts and whatever else this model is told, for as many examples or a multiple
     * @return (examples, height, width, outChannels)
     * @throws IllegalArgumentException if a shape does not fit or a condition is missing or not known, saying which
     */
    public Tensor forward(Tape tape, Tensor x, double[] timesteps, UNetConditions conditions) {
        return forward(tape, x, timesteps, conditions, AttentionContext.once(conditions.context()));
    }

    /**
     * As {@link #forward(Tape, Tensor, double[], UNetConditions)}, for one of many passes.
     *
     * @param context that of the conditions, which the passes share
     */
    public Tensor forward(
            Tape tape, Tensor x, double[] timesteps, UNetConditions conditions, AttentionContext context) {
        new UNetConditionCheck(config).check(x, timesteps, conditions);
        try (Tape.Scope scope = tape.scope()) {
            Optional<Tensor> guidance =
                    conditions.guidance().map(scales -> Waves.ofGuidance(tape, scales, config.guidanceWidth()));
            Tensor time = embed(tape, timesteps, guidance, conditions.added());
            return scope.keep(denoise(tape, x, time, context));
        }
    }

    /** All that is not the text, (batch, timeWidth), or (examples, timeWidth) where the examples differ in it. */
    Tensor embed(
            Tape tape, double[] timesteps, Optional<Tensor> guidance, Optional<UNetConditions.TextAndSizes> added) {
        try (Tape.Scope scope = tape.scope()) {
            Tensor waves = Waves.ofTimesteps(tape, timesteps, config.channels().getFirst());
            Tensor time = guidance.isPresent()
                    ? timeEmbedding.forward(tape, waves, guidance.get())
                    : timeEmbedding.forward(tape, waves);
            if (added.isEmpty()) {
                return scope.keep(time);
            }
            int examples = added.get().sizes().length;
            double[] sizes = Arrays.stream(added.get().sizes())
                    .flatMapToDouble(Arrays::stream)
                    .toArray();
            int sizeWidth = config.added().orElseThrow().sizeWidth();
            Tensor sizeWaves = ShapeOps.reshape(
                    tape, Waves.ofTimesteps(tape, sizes, sizeWidth), examples, UNetConfig.SIZES * sizeWidth);
            Tensor known = ShapeOps.concat(tape, added.get().pooled(), sizeWaves, -1);
            return scope.keep(ArithmeticOps.add(
                    tape,
                    ShapeOps.repeat(tape, time, examples),
                    addedEmbedding.orElseThrow().forward(tape, known)));
        }
    }

    /** The network itself, given the embedding of everything but the text. */
    Tensor denoise(Tape tape, Tensor x, Tensor embedding, AttentionContext context) {
        try (Tape.Scope scope = tape.scope()) {
            // What every residual block begins with, done once.
            Tensor time = PointwiseOps.activate(tape, embedding, Activation.SILU);
            Deque<Tensor> skips = new ArrayDeque<>();
            Tensor h = ShapeOps.repeat(tape, convIn.forward(tape, x), time.size(0));
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
            if (middle.isPresent()) {
                h = middle.get().first().forward(tape, h, Optional.of(time));
                h = middle.get().attention().consume(tape, h, context);
                h = middle.get().second().consume(tape, h, Optional.of(time));
            }
            for (Up up : ups) {
                for (Stage stage : up.stages()) {
                    Tensor skip = ShapeOps.repeat(tape, skips.pop(), h.size(0));
                    Tensor joined = ShapeOps.concat(tape, h, skip, -1);
                    tape.release(skip);
                    if (h != skip) { // without a middle the last result is the first to be joined
                        tape.release(h);
                    }
                    h = stage.consume(tape, joined, time, context);
                }
                if (up.upsample().isPresent()) {
                    // The level above may be odd; its skips say so.
                    Tensor above = skips.element();
                    h = up.upsample().get().consume(tape, h, above.size(1), above.size(2));
                }
            }
            Tensor out = convOut.forward(tape, normOut.forwardInPlace(tape, h, Activation.SILU));
            return scope.keep(ShapeOps.repeat(tape, out, context.batch()));
        }
    }

    /**
     * How many bytes of buffers a tape holds after a {@link #forward} at inference, which is as many as any number of
     * steps take.
     *
     * @param latents how many are denoised at once
     * @param examples those under all conditions, twice as many with guidance
     * @param height of the latents
     * @param width of the latents
     * @param keys tokens of the context, of one example
     */
    public long bufferBytes(int latents, int examples, int height, int width, int keys) {
        BufferPlan plan = new BufferPlan();
        plan(plan, new UNetSizes(latents, examples, height, width, keys));
        return plan.pooledBytes();
    }

    /**
     * How many bytes an {@link AttentionContext} that is kept remembers after a pass.
     *
     * @param examples of the context
     * @param keys tokens of the context, of one example
     */
    public long contextBytes(int examples, int keys) {
        long width = Stream.concat(
                        downs.stream().map(Down::stages), ups.stream().map(Up::stages))
                .flatMap(List::stream)
                .map(Stage::attention)
                .flatMap(Optional::stream)
                .mapToLong(SpatialTransformer::contextWidth)
                .sum();
        width += middle.map(block -> block.attention().contextWidth()).orElse(0L);
        return Float.BYTES * width * examples * keys;
    }

    private void plan(BufferPlan plan, UNetSizes full) {
        UNetSizes sizes = full;
        Deque<Skip> skips = new ArrayDeque<>();
        Deque<UNetSizes> finer = new ArrayDeque<>();
        long h = sizes.positions() * config.channels().getFirst();
        plan.take(h);
        if (config.added().isPresent() && sizes.texts() > sizes.batch()) {
            plan.give(h);
            sizes = sizes.attended();
            h = sizes.positions() * config.channels().getFirst();
            plan.take(h);
        }
        long time = (long) sizes.batch() * config.timeWidth();
        plan.take(time, time);
        skips.push(new Skip(h, sizes.batch()));
        for (int level = 0; level < downs.size(); level++) {
            for (Stage stage : downs.get(level).stages()) {
                sizes = stage.plan(plan, sizes, false);
                h = sizes.positions() * config.channels().get(level);
                skips.push(new Skip(h, sizes.batch()));
            }
            if (downs.get(level).downsample().isPresent()) {
                finer.push(sizes);
                sizes = sizes.coarser();
                h = sizes.positions() * config.channels().get(level);
                plan.take(h);
                skips.push(new Skip(h, sizes.batch()));
            }
        }
        if (middle.isPresent()) {
            middle.get().first().plan(plan, sizes.batch(), sizes.positions(), false);
            middle.get().attention().plan(plan, sizes);
            sizes = sizes.attended();
            h = sizes.positions() * config.channels().getLast();
            middle.get().second().plan(plan, sizes.batch(), sizes.positions(), true);
        }
        boolean isSkip = middle.isEmpty();
        for (int i = 0; i < ups.size(); i++) {
            long channels = config.channels().get(ups.size() - 1 - i);
            for (Stage stage : ups.get(i).stages()) {
                Skip kept = skips.pop();
                long skip = kept.length() / kept.batch() * sizes.batch();
                if (skip > kept.length()) {
                    plan.take(skip);
                    plan.give(kept.length());
                }
                plan.take(h + skip);
                plan.give(skip);
                if (!isSkip) {
                    plan.give(h);
                }
                isSkip = false;
                sizes = stage.plan(plan, sizes, true);
                h = sizes.positions() * channels;
            }
            if (ups.get(i).upsample().isPresent()) {
                UNetSizes above = finer.pop().withBatch(sizes.batch());
                long shorter = 2L * sizes.batch() * above.height() * sizes.width();
                ups.get(i).upsample().get().plan(plan, sizes.positions(), shorter, above.positions());
                sizes = above;
                h = sizes.positions() * channels;
            }
        }
        long moments = (long) sizes.batch() * config.normGroups();
        plan.take(moments, moments, sizes.positions() * config.outChannels());
    }
}
