package dev.mezzotint.diffusion.model.vae;

import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.PointwiseOps;
import dev.mezzotint.engine.autograd.ResampleOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.Initializer;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The decoder of a tiny autoencoder (TAESD, Boer Bohan 2023): convolutions with ReLU that approximate a VAE's decoder in
 * a hundredth of its time, good enough to watch a picture grow. It is for inference; gradients stop at its input.
 */
public final class TinyDecoder {
    /** Latents are softly limited to ± this. */
    private static final float LATENT_LIMIT = 3;

    /** A step between the first convolution and the last. */
    private sealed interface Step {
        record Residual(Conv2d first, Conv2d second, Conv2d third) implements Step {}

        record Enlarge(Conv2d conv) implements Step {}
    }

    private final TinyDecoderConfig config;
    private final Parameters parameters = Parameters.create();
    private final Conv2d convIn;
    private final List<Step> steps = new ArrayList<>();
    private final Conv2d convOut;

    /** A decoder whose parameters are zero until they are loaded. */
    public TinyDecoder(TinyDecoderConfig config) {
        this.config = config;
        Parameters decoder = parameters.child("decoder");
        int width = config.width();
        convIn = conv(decoder.child("layers", 0), config.latentChannels(), width, true);
        // Layers without parameters count too: the activation behind the first convolution, and each enlargement.
        int layer = 2;
        for (int level = 0; level < config.blocks().size(); level++) {
            for (int i = 0; i < config.blocks().get(level); i++) {
                Parameters block = decoder.child("layers", layer++);
                steps.add(new Step.Residual(
                        conv(block.child("conv", 0), width, width, true),
                        conv(block.child("conv", 2), width, width, true),
                        conv(block.child("conv", 4), width, width, true)));
            }
            if (level < config.blocks().size() - 1) {
                steps.add(new Step.Enlarge(conv(decoder.child("layers", layer + 1), width, width, false)));
                layer += 2;
            }
        }
        convOut = conv(decoder.child("layers", layer), width, config.imageChannels(), true);
    }

    private static Conv2d conv(Parameters scope, int in, int out, boolean bias) {
        return new Conv2d(scope, in, out, 3, 1, 1, 1, bias, Initializer.fanIn(9 * in));
    }

    /** The sizes. */
    public TinyDecoderConfig config() {
        return config;
    }

    /** The parameters, under diffusers' names. */
    public Parameters parameters() {
        return parameters;
    }

    /**
     * Pictures of latents as the U-Net has them, scaled.
     *
     * @param latents (batch, height, width, latentChannels)
     * @return (batch, factor · height, factor · width, imageChannels), roughly in [−1, 1]
     * @throws IllegalArgumentException if the latents have another number of channels
     */
    public Tensor decode(Tape tape, Tensor latents) {
        if (latents.shape().rank() != 4 || latents.size(3) != config.latentChannels()) {
            throw new IllegalArgumentException("tiny autoencoder: latents of shape " + latents.shape()
                    + " must be (batch, height, width, " + config.latentChannels() + ")");
        }
        try (Tape.Scope scope = tape.scope()) {
            Tensor h = relu(tape, convIn.forward(tape, limit(tape, latents)));
            for (Step step : steps) {
                h = switch (step) {
                    case Step.Residual residual -> forward(tape, residual, h);
                    case Step.Enlarge enlarge -> enlarge.conv().forward(tape, ResampleOps.upsample(tape, h, 2));
                };
            }
            return scope.keep(ArithmeticOps.affine(tape, convOut.forward(tape, h), 2, -1));
        }
    }

    private static Tensor forward(Tape tape, Step.Residual block, Tensor x) {
        try (Tape.Scope scope = tape.scope()) {
            Tensor h = relu(tape, block.first().forward(tape, x));
            h = relu(tape, block.second().forward(tape, h));
            h = block.third().forward(tape, h);
            return scope.keep(relu(tape, ArithmeticOps.add(tape, h, x)));
        }
    }

    private static Tensor relu(Tape tape, Tensor x) {
        return PointwiseOps.activate(tape, x, Activation.RELU);
    }

    private static Tensor limit(Tape tape, Tensor latents) {
        Tensor limited = tape.allocate(latents.shape());
        for (int i = 0; i < latents.length(); i++) {
            limited.data()[i] = (float) Math.tanh(latents.get(i) / LATENT_LIMIT) * LATENT_LIMIT;
        }
        return limited;
    }
}
