package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.prompt.PromptEncoder;
import dev.mezzotint.diffusion.sampler.SamplerKind;
import dev.mezzotint.diffusion.sampler.SchedulerConfig;
import dev.mezzotint.diffusion.schedule.TimestepSpacing;
import dev.mezzotint.engine.json.Json;
import java.util.Optional;

/**
 * Everything that turns words into a picture.
 *
 * @param name for people
 * @param text words to what the U-Net attends to
 * @param unet the denoiser
 * @param vae latents to pictures; without it the U-Net draws pictures in [−1, 1] itself, grey or RGB
 * @param scheduler the noise schedule as {@code scheduler_config.json} holds it
 * @param zeroWithoutNegative whether zeros stand for no condition where nothing negative is said, instead of the encoded
 *     empty text ({@code force_zeros_for_empty_prompt})
 */
public record TextToImageModel(
        String name,
        PromptEncoder text,
        UNet unet,
        Optional<Autoencoder> vae,
        Json scheduler,
        boolean zeroWithoutNegative) {
    /** Steps of models that are distilled to need few. */
    private static final int FEW_STEPS = 4;

    /** The scale that latent consistency models were distilled around. */
    private static final double LCM_GUIDANCE = 8.5;

    /**
     * Refuses parts that do not fit each other.
     *
     * @throws IllegalArgumentException naming both parts and both sizes
     */
    public TextToImageModel {
        UNetConfig config = unet.config();
        if (text.contextWidth() != config.contextWidth()) {
            throw new IllegalArgumentException("the text encoder's tokens are " + text.contextWidth()
                    + " wide but the U-Net attends to tokens of " + config.contextWidth()
                    + "; take both from one model");
        }
        int pooled = config.added().map(UNetConfig.Added::pooledWidth).orElse(0);
        if (text.pooledWidth() != pooled) {
            throw new IllegalArgumentException("the summary of a text is " + text.pooledWidth()
                    + " wide but the U-Net wants one of " + pooled + "; take both from one model");
        }
        int in = config.inChannels();
        int out = config.outChannels();
        if (in != out && in != 2 * out + 1) {
            throw new IllegalArgumentException("the U-Net makes " + out + " channels from " + in
                    + ", which is neither text to image nor inpainting; use another model");
        }
        int channels = vae.map(v -> v.config().latentChannels()).orElse(out);
        if (out != channels) {
            throw new IllegalArgumentException("the VAE's latents have " + channels + " channels but the U-Net's " + out
                    + "; take both from one model");
        }
        int colours = vae.map(v -> v.config().imageChannels()).orElse(out);
        if (colours != 1 && colours != 3) {
            throw new IllegalArgumentException(
                    "pictures of " + colours + " channels cannot be written, only 1 and 3; use another model");
        }
        samplerOf(scheduler);
    }

    /**
     * How many pixels wide and high one position of the U-Net's grid is, 1 for a model of pixels; width and height of a
     * picture are multiples of it.
     */
    public int factor() {
        return vae.map(v -> v.config().factor()).orElse(1);
    }

    /** Channels of what is denoised. */
    public int latentChannels() {
        return unet.config().outChannels();
    }

    /** Width and height of the pictures that the model was trained on. */
    public int defaultSize() {
        return factor() * unet.config().sampleSize();
    }

    /** Whether the U-Net is shown a mask and the masked picture beside the latent. */
    public boolean inpaints() {
        return unet.config().inChannels() != unet.config().outChannels();
    }

    /** Whether the guidance scale is told to the U-Net (latent consistency models), which then needs no second pass. */
    public boolean hasGuidanceBuiltIn() {
        return unet.config().guidanceWidth() > 0;
    }

    /** The method that the model's own scheduler names, DDIM where that is not one of {@link SamplerKind}. */
    public SamplerKind defaultSampler() {
        return samplerOf(scheduler);
    }

    /** The number of steps that the model is sampled with unless told. */
    public int defaultSteps() {
        return hasGuidanceBuiltIn() || isDistilled() ? FEW_STEPS : GenerationRequest.DEFAULT_STEPS;
    }

    /** The guidance scale that the model is sampled with unless told. */
    public double defaultGuidance() {
        if (hasGuidanceBuiltIn()) {
            return LCM_GUIDANCE;
        }
        return isDistilled() ? 1 : GenerationRequest.DEFAULT_GUIDANCE;
    }

    /**
     * Whether the model was distilled to need few steps and no guidance, as SD-Turbo and SDXL-Turbo: their schedulers
     * are Euler's with trailing timesteps, which no other published model has.
     */
    private boolean isDistilled() {
        SamplerKind kind = defaultSampler();
        return (kind == SamplerKind.EULER || kind == SamplerKind.EULER_A)
                && schedulerFor(kind).timestepSpacing() == TimestepSpacing.TRAILING;
    }

    /** The model's schedule, sampled with a method. */
    public SchedulerConfig schedulerFor(SamplerKind sampler) {
        return SchedulerConfig.of(scheduler, sampler);
    }

    static SamplerKind samplerOf(Json scheduler) {
        SamplerKind kind = SamplerKind.knowsSchedulerClass(scheduler.string("_class_name"))
                ? SamplerKind.of(scheduler)
                : SamplerKind.DDIM;
        SchedulerConfig.of(scheduler, kind);
        return kind;
    }
}
