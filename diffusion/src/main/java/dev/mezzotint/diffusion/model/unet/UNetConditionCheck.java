package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.diffusion.model.unet.UNetConditions.TextAndSizes;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;

/** Refuses inputs that a U-Net of these sizes was not made for. */
record UNetConditionCheck(UNetConfig config) {
    void check(Tensor x, double[] timesteps, UNetConditions conditions) {
        Shape shape = x.shape();
        if (shape.rank() != 4 || shape.size(3) != config.inChannels()) {
            throw new IllegalArgumentException("U-Net: latents of shape " + shape + " must be (batch, height, width, "
                    + config.inChannels() + ")");
        }
        int batch = shape.size(0);
        if (timesteps.length != batch) {
            throw new IllegalArgumentException(
                    "U-Net: " + batch + " latents need as many timesteps, got " + timesteps.length);
        }
        Shape context = conditions.context().shape();
        if (context.rank() != 3 || context.size(0) % batch != 0 || context.size(2) != config.contextWidth()) {
            throw new IllegalArgumentException("U-Net: context of shape " + context + " must be (" + batch
                    + " or a multiple, tokens, " + config.contextWidth() + ")");
        }
        if (conditions.added().isPresent() != config.added().isPresent()) {
            throw new IllegalArgumentException("U-Net: pooled texts and picture sizes are "
                    + (config.added().isPresent() ? "missing, this model needs them" : "not known to this model"));
        }
        conditions
                .added()
                .ifPresent(given -> check(context.size(0), given, config.added().get()));
        if (conditions.guidance().isPresent() && config.guidanceWidth() == 0) {
            throw new IllegalArgumentException("U-Net: a guidance scale is not known to this model");
        }
        if (config.guidanceWidth() > 0
                && conditions.guidance().map(scales -> scales.length).orElse(0) != batch) {
            throw new IllegalArgumentException(
                    "U-Net: this model has guidance built in and needs the scale of each of " + batch + " latents");
        }
    }

    private static void check(int examples, TextAndSizes given, UNetConfig.Added wanted) {
        Shape pooled = given.pooled().shape();
        if (pooled.rank() != 2 || pooled.size(0) != examples || pooled.size(1) != wanted.pooledWidth()) {
            throw new IllegalArgumentException("U-Net: pooled texts of shape " + pooled + " must be (" + examples + ", "
                    + wanted.pooledWidth() + ")");
        }
        if (given.sizes().length != examples) {
            throw new IllegalArgumentException(
                    "U-Net: " + examples + " latents need as many picture sizes, got " + given.sizes().length);
        }
        for (double[] sizes : given.sizes()) {
            if (sizes.length != UNetConfig.SIZES) {
                throw new IllegalArgumentException(
                        "U-Net: picture sizes must be " + UNetConfig.SIZES + " numbers, got " + sizes.length);
            }
        }
    }
}
