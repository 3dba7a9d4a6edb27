package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.clip.tokenizer.Tokenizer;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.sampler.SamplerKind;
import dev.mezzotint.diffusion.sampler.SchedulerConfig;
import dev.mezzotint.engine.json.Json;
import java.util.Optional;

/**
 * Everything that turns words into a picture.
 *
 * @param name for people
 * @param tokenizer words to token ids
 * @param textEncoder token ids to what the U-Net attends to
 * @param unet the denoiser
 * @param vae latents to pictures; without it the U-Net draws pictures in [−1, 1] itself, grey or RGB
 * @param scheduler the noise schedule as {@code scheduler_config.json} holds it
 */
public record TextToImageModel(
        String name,
        Tokenizer tokenizer,
        ClipTextEncoder textEncoder,
        UNet unet,
        Optional<Autoencoder> vae,
        Json scheduler) {
    /**
     * Refuses parts that do not fit each other.
     *
     * @throws IllegalArgumentException naming both parts and both sizes
     */
    public TextToImageModel {
        int width = textEncoder.config().width();
        int context = unet.config().contextWidth();
        if (width != context) {
            throw new IllegalArgumentException("the text encoder's tokens are " + width
                    + " wide but the U-Net attends to tokens of " + context + "; take both from one model");
        }
        int vocabulary = textEncoder.config().vocabularySize();
        if (tokenizer.vocabularySize() > vocabulary) {
            throw new IllegalArgumentException("the tokenizer has " + tokenizer.vocabularySize()
                    + " token ids but the text encoder knows " + vocabulary + "; take both from one model");
        }
        int positions = textEncoder.config().positions();
        if (tokenizer.maxLength() > positions) {
            throw new IllegalArgumentException("the tokenizer makes " + tokenizer.maxLength()
                    + " tokens of a prompt but the text encoder has " + positions
                    + " positions; take both from one model");
        }
        int in = unet.config().inChannels();
        int out = unet.config().outChannels();
        if (in != out) {
            throw new IllegalArgumentException("the U-Net makes " + out + " channels from " + in
                    + ", which is not how pictures are made from text alone; use a text-to-image model");
        }
        int channels = vae.map(v -> v.config().latentChannels()).orElse(in);
        if (in != channels) {
            throw new IllegalArgumentException("the VAE's latents have " + channels + " channels but the U-Net's " + in
                    + "; take both from one model");
        }
        int colours = vae.map(v -> v.config().imageChannels()).orElse(in);
        if (colours != 1 && colours != 3) {
            throw new IllegalArgumentException(
                    "pictures of " + colours + " channels cannot be written, only 1 and 3; use another model");
        }
        samplerOf(scheduler);
    }

    /** How many pixels wide and high one position of the U-Net's grid is: 1 for a model of pixels. */
    public int factor() {
        return vae.map(v -> v.config().factor()).orElse(1);
    }

    /** Width and height of a picture are multiples of this. */
    public int sizeMultiple() {
        return factor() * unet.config().divisor();
    }

    /** Width and height of the pictures that the model was trained on. */
    public int defaultSize() {
        return factor() * unet.config().sampleSize();
    }

    /** The method that the model's own scheduler names, DDIM where that is not one of {@link SamplerKind}. */
    public SamplerKind defaultSampler() {
        return samplerOf(scheduler);
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
