package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.guidance.GuidanceScale;
import dev.mezzotint.diffusion.sampler.SamplerKind;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One picture to draw.
 *
 * @param conditions what it should show; several are composed (Liu et al. 2022)
 * @param negative what it should not show: stands in the place of the empty prompt
 * @param clipSkip layer of the text encoder that is read, counted from the end: 1 as the model was trained
 * @param sampler method
 * @param steps number of steps, 1 to the length of the model's schedule
 * @param guidanceRescale φ of {@link dev.mezzotint.diffusion.guidance.Guidance#rescale}, 0 for none
 * @param seed of the noise
 * @param width in pixels, a multiple of what the model needs
 * @param height in pixels, a multiple of what the model needs
 * @param tiledVae whether the VAE works on tiles that overlap, so that large pictures need less memory
 * @param initialLatents noise to begin with, (1, channels, rows, columns), instead of the seed's
 * @param source picture to begin with
 */
public record GenerationRequest(
        List<Condition> conditions,
        Optional<String> negative,
        int clipSkip,
        SamplerKind sampler,
        int steps,
        double guidanceRescale,
        long seed,
        int width,
        int height,
        boolean tiledVae,
        Optional<Tensor> initialLatents,
        Optional<SourcePicture> source) {
    /** The guidance scale of the command line. */
    public static final double DEFAULT_GUIDANCE = 7.5;

    /** The number of steps of the command line. */
    public static final int DEFAULT_STEPS = 20;

    /**
     * Refuses what no model could draw.
     *
     * @throws IllegalArgumentException if there is no condition or the rescale is out of range
     */
    public GenerationRequest {
        conditions = List.copyOf(conditions);
        Objects.requireNonNull(negative, "negative");
        Objects.requireNonNull(sampler, "sampler");
        Objects.requireNonNull(initialLatents, "initialLatents");
        Objects.requireNonNull(source, "source");
        if (conditions.isEmpty()) {
            throw new IllegalArgumentException("a picture needs at least one condition; give a prompt");
        }
        if (!(guidanceRescale >= 0 && guidanceRescale <= 1)) {
            throw new IllegalArgumentException("guidance rescale is " + guidanceRescale + " but must lie from 0 to 1");
        }
    }

    /** A picture of a prompt, with the model's own size, sampler, steps and guidance. */
    public static GenerationRequest of(TextToImageModel model, String prompt, long seed) {
        return new GenerationRequest(
                List.of(new Condition(prompt, GuidanceScale.of(model.defaultGuidance()))),
                Optional.empty(),
                1,
                model.defaultSampler(),
                model.defaultSteps(),
                0,
                seed,
                model.defaultSize(),
                model.defaultSize(),
                false,
                Optional.empty(),
                Optional.empty());
    }

    /** The same request with one prompt under one scale. */
    public GenerationRequest withPrompt(String prompt, GuidanceScale scale) {
        return with(List.of(new Condition(prompt, scale)), negative, sampler, steps, seed, width, height, source);
    }

    /** The same request with something that it should not show. */
    public GenerationRequest withNegative(String text) {
        return with(conditions, Optional.of(text), sampler, steps, seed, width, height, source);
    }

    /** The same request with another method and number of steps. */
    public GenerationRequest withSampler(SamplerKind kind, int count) {
        return with(conditions, negative, kind, count, seed, width, height, source);
    }

    /** The same request with another number of steps. */
    public GenerationRequest withSteps(int count) {
        return with(conditions, negative, sampler, count, seed, width, height, source);
    }

    /** The same picture from another seed. */
    public GenerationRequest withSeed(long other) {
        return with(conditions, negative, sampler, steps, other, width, height, source);
    }

    /** The same request at another size. */
    public GenerationRequest withSize(int otherWidth, int otherHeight) {
        return with(conditions, negative, sampler, steps, seed, otherWidth, otherHeight, source);
    }

    /** The same request, beginning with a picture. */
    public GenerationRequest withSource(SourcePicture picture) {
        return with(conditions, negative, sampler, steps, seed, width, height, Optional.of(picture));
    }

    /** The same request with another layer of the text encoder. */
    public GenerationRequest withClipSkip(int layer) {
        return new GenerationRequest(
                conditions,
                negative,
                layer,
                sampler,
                steps,
                guidanceRescale,
                seed,
                width,
                height,
                tiledVae,
                initialLatents,
                source);
    }

    /** The same request, beginning with these latents. */
    public GenerationRequest withInitialLatents(Tensor latents) {
        return new GenerationRequest(
                conditions,
                negative,
                clipSkip,
                sampler,
                steps,
                guidanceRescale,
                seed,
                width,
                height,
                tiledVae,
                Optional.of(latents),
                source);
    }

    /** The same request with the VAE in tiles or not. */
    public GenerationRequest withTiledVae(boolean tiled) {
        return new GenerationRequest(
                conditions,
                negative,
                clipSkip,
                sampler,
                steps,
                guidanceRescale,
                seed,
                width,
                height,
                tiled,
                initialLatents,
                source);
    }

    private GenerationRequest with(
            List<Condition> newConditions,
            Optional<String> newNegative,
            SamplerKind newSampler,
            int newSteps,
            long newSeed,
            int newWidth,
            int newHeight,
            Optional<SourcePicture> newSource) {
        return new GenerationRequest(
                newConditions,
                newNegative,
                clipSkip,
                newSampler,
                newSteps,
                guidanceRescale,
                newSeed,
                newWidth,
                newHeight,
                tiledVae,
                initialLatents,
                newSource);
    }
}
