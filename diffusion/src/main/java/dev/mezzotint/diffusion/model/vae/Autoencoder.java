package dev.mezzotint.diffusion.model.vae;

import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.BufferPlan;
import dev.mezzotint.engine.tensor.Tensor;

/**
 * Variational autoencoder (Kingma and Welling 2014; Rombach et al. 2022, section 3.1): pictures become latents of a
 * fraction of their size, on which diffusion is affordable, and latents become pictures again.
 */
public final class Autoencoder {
    static final double EPSILON = 1e-6;

    /**
     * The distribution of a picture's latent.
     *
     * @param mean (batch, height / factor, width / factor, latentChannels)
     * @param logVariance the same shape
     */
    public record Posterior(Tensor mean, Tensor logVariance) {}

    private final VaeConfig config;
    private final Parameters parameters = Parameters.create();
    private final Encoder encoder;
    private final Conv2d quantize;
    private final Conv2d dequantize;
    private final Decoder decoder;

    /** A VAE whose parameters are zero until they are loaded or initialised. */
    public Autoencoder(VaeConfig config) {
        this.config = config;
        int latent = config.latentChannels();
        encoder = new Encoder(parameters.child("encoder"), config);
        quantize = new Conv2d(parameters.child("quant_conv"), 2 * latent, 2 * latent, 1, 1, 0);
        dequantize = new Conv2d(parameters.child("post_quant_conv"), latent, latent, 1, 1, 0);
        decoder = new Decoder(parameters.child("decoder"), config);
    }

    /** The sizes. */
    public VaeConfig config() {
        return config;
    }

    /** The parameters, under diffusers' names. */
    public Parameters parameters() {
        return parameters;
    }

    /**
     * The distribution of the latents of pictures, not scaled.
     *
     * @param images (batch, height, width, imageChannels) in [−1, 1]
     * @throws IllegalArgumentException if the size is not a multiple of the factor
     */
    public Posterior encode(Tape tape, Tensor images) {
        return posterior(tape, moments(tape, images));
    }

    /** Mean and logarithm of the variance, one behind the other along the channels. */
    Tensor moments(Tape tape, Tensor images) {
        int factor = config.factor();
        if (images.shape().rank() != 4
                || images.size(3) != config.imageChannels()
                || images.size(1) % factor != 0
                || images.size(2) % factor != 0) {
            throw new IllegalArgumentException(
                    "VAE: pictures of shape " + images.shape() + " must be (batch, height, width, "
                            + config.imageChannels() + ") with height and width multiples of " + factor);
        }
        return quantize.forward(tape, encoder.forward(tape, images));
    }

    Posterior posterior(Tape tape, Tensor moments) {
        int latent = config.latentChannels();
        return new Posterior(
                ShapeOps.slice(tape, moments, -1, 0, latent), ShapeOps.slice(tape, moments, -1, latent, latent));
    }

    /**
     * Pictures of latents whose scaling has been undone.
     *
     * @param latents (batch, height, width, latentChannels)
     * @return (batch, factor · height, factor · width, imageChannels), roughly in [−1, 1]
     */
    public Tensor decode(Tape tape, Tensor latents) {
        if (latents.shape().rank() != 4 || latents.size(3) != config.latentChannels()) {
            throw new IllegalArgumentException("VAE: latents of shape " + latents.shape()
                    + " must be (batch, height, width, " + config.latentChannels() + ")");
        }
        try (Tape.Scope scope = tape.scope()) {
            return scope.keep(decoder.forward(tape, dequantize.forward(tape, latents)));
        }
    }

    /**
     * The buffers that a {@link #decode} at inference takes.
     *
     * @param height of the latents
     * @param width of the latents
     */
    public BufferPlan decodePlan(int batch, int height, int width) {
        BufferPlan plan = new BufferPlan();
        long positions = (long) batch * height * width;
        plan.take(positions * config.latentChannels());
        decoder.plan(plan, batch, positions);
        return plan;
    }

    /**
     * The buffers that an {@link #encode} at inference takes.
     *
     * @param height of the pictures
     * @param width of the pictures
     */
    public BufferPlan encodePlan(int batch, int height, int width) {
        BufferPlan plan = new BufferPlan();
        encoder.plan(plan, batch, (long) batch * height * width);
        return plan;
    }
}
