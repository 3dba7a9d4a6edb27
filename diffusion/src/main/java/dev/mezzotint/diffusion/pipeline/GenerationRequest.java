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
 * @param sampler method
 * @param steps number of steps, 1 to the length of the model's schedule
 * @param guidanceRescale φ of {@link dev.mezzotint.diffusion.guidance.Guidance#rescale}, 0 for none
 * @param seed of the noise
 * @param width in pixels, a multiple of what the model needs
 * @param height in pixels, a multiple of what the model needs
 * @param initialLatents noise to begin with, (1, channels, rows, columns), instead of the seed's
 */
public record GenerationRequest(
        List<Condition> conditions,
        String negative,
        SamplerKind sampler,
        int steps,
        double guidanceRescale,
        long seed,
        int width,
        int height,
        Optional<Tensor> initialLatents) {
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
        if (conditions.isEmpty()) {
            throw new IllegalArgumentException("a picture needs at least one condition; give a prompt");
        }
        if (!(guidanceRescale >= 0 && guidanceRescale <= 1)) {
            throw new IllegalArgumentException("guidance rescale is " + guidanceRescale + " but must lie from 0 to 1");
        }
    }

    /** A picture of a prompt, with the model's own size and sampler and all else as the command line has it. */
    public static GenerationRequest of(TextToImageModel model, String prompt, long seed) {
        return new GenerationRequest(
                List.of(new Condition(prompt, GuidanceScale.of(DEFAULT_GUIDANCE))),
                "",
                model.defaultSampler(),
                DEFAULT_STEPS,
                0,
                seed,
                model.defaultSize(),
                model.defaultSize(),
                Optional.empty());
    }

    /** The same picture from another seed. */
    public GenerationRequest withSeed(long other) {
        return new GenerationRequest(
                conditions, negative, sampler, steps, guidanceRescale, other, width, height, initialLatents);
    }

    /** The same request with one prompt under one scale. */
    public GenerationRequest withPrompt(String prompt, GuidanceScale scale) {
        return new GenerationRequest(
                List.of(new Condition(prompt, scale)),
                negative,
                sampler,
                steps,
                guidanceRescale,
                seed,
                width,
                height,
                initialLatents);
    }

    /** The same request with another number of steps. */
    public GenerationRequest withSteps(int other) {
        return new GenerationRequest(
                conditions, negative, sampler, other, guidanceRescale, seed, width, height, initialLatents);
    }
}
