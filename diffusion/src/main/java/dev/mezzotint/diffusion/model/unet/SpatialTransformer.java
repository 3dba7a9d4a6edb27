package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.nn.AttentionContext;
import dev.mezzotint.engine.nn.GroupNorm;
import dev.mezzotint.engine.nn.Initializer;
import dev.mezzotint.engine.nn.Linear;
import dev.mezzotint.engine.nn.ParameterLayout;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.BufferPlan;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Transformer layers over the pixels of an image, with a map before and after (Rombach et al. 2022, appendix E.2.1). */
final class SpatialTransformer {
    private static final double EPSILON = 1e-6;

    private final GroupNorm norm;
    private final Linear projectIn;
    private final List<TransformerLayer> layers = new ArrayList<>();
    private final Linear projectOut;
    private final int channels;
    private final int groups;

    SpatialTransformer(Parameters parameters, UNetConfig config, int level) {
        channels = config.channels().get(level);
        groups = config.normGroups();
        ParameterLayout layout = config.linearProjection() ? ParameterLayout.SAME : ParameterLayout.POINTWISE;
        norm = new GroupNorm(parameters.child("norm"), config.normGroups(), channels, EPSILON);
        projectIn =
                new Linear(parameters.child("proj_in"), channels, channels, true, layout, Initializer.fanIn(channels));
        for (int i = 0; i < config.transformerLayers().get(level); i++) {
            layers.add(new TransformerLayer(
                    parameters.child("transformer_blocks", i),
                    channels,
                    config.contextWidth(),
                    config.heads().get(level)));
        }
        projectOut =
                new Linear(parameters.child("proj_out"), channels, channels, true, layout, Initializer.fanIn(channels));
    }

    /**
     * Maps an image (batch, height, width, channels) with context (batch, keys, contextWidth) to the image's shape, and
     * uses the image up (see {@link Tape#release}). Fewer images than contexts are shared, see {@link UNetConditions}.
     */
    Tensor consume(Tape tape, Tensor x, AttentionContext context) {
        int batch = x.size(0);
        int height = x.size(1);
        int width = x.size(2);
        int channels = x.size(3);
        try (Tape.Scope scope = tape.scope()) {
            Tensor normed = norm.forward(tape, x, Activation.NONE);
            Tensor tokens = ShapeOps.reshape(tape, normed, batch, height * width, channels);
            tokens = projectIn.forward(tape, tokens);
            tape.release(normed);
            for (TransformerLayer layer : layers) {
                tokens = layer.consume(tape, tokens, context);
            }
            Tensor image = ShapeOps.reshape(tape, x, batch, height * width, channels);
            image = ShapeOps.repeat(tape, image, tokens.size(0));
            Tensor sum = projectOut.addTo(tape, image, tokens);
            return scope.keep(ShapeOps.reshape(tape, sum, tokens.size(0), height, width, channels));
        }
    }

    /** Width of the keys and values that all layers together make of a context. */
    long contextWidth() {
        return 2L * layers.size() * channels;
    }

    /** Plans the buffers of {@link #consume}; the result, in the image's place, stays taken. */
    void plan(BufferPlan plan, UNetSizes sizes) {
        long image = sizes.positions() * channels;
        long moments = (long) sizes.batch() * groups;
        plan.take(image, moments, moments, image);
        plan.give(image);
        UNetSizes now = sizes;
        for (TransformerLayer layer : layers) {
            layer.plan(plan, now);
            now = now.attended();
        }
        long all = now.positions() * channels;
        if (all > image) {
            plan.take(all);
            plan.give(image);
        }
        plan.give(all, moments, moments);
    }
}
