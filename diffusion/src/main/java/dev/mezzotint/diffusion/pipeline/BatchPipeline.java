package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.guidance.GuidanceScale;
import dev.mezzotint.diffusion.guidance.GuidedDenoiser;
import dev.mezzotint.diffusion.model.unet.UNetConditions;
import dev.mezzotint.diffusion.sampler.BatchShape;
import dev.mezzotint.diffusion.sampler.NoiseSource;
import dev.mezzotint.diffusion.sampler.Sampler;
import dev.mezzotint.diffusion.sampler.SamplerKind;
import dev.mezzotint.diffusion.sampler.SamplingLoop;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Draws pictures of several prompts at once, each from a seed of its own, at the model's own size. For small models
 * this is faster than one picture after the other, and each picture is what {@link TextToImagePipeline} draws, but for
 * the order in which sums are rounded. Not thread-safe.
 */
public final class BatchPipeline {
    private final TextToImageModel model;
    private final Tape steps;
    private final Tape ends;
    private final LatentDecoder decoder;

    /** Draws with a model. */
    public BatchPipeline(TextToImageModel model, Compute compute) {
        this.model = model;
        steps = Tape.inference(compute);
        ends = Tape.inference(compute);
        decoder = new LatentDecoder(model, ends);
    }

    /** The model. */
    public TextToImageModel model() {
        return model;
    }

    /**
     * Draws one picture a prompt.
     *
     * @param prompts what the pictures should show, at least one
     * @param seeds one a prompt
     * @param scale how strongly the prompts guide
     * @throws IllegalArgumentException if there are not as many seeds as prompts or the steps do not fit the schedule
     * @throws dev.mezzotint.diffusion.sampler.NonFiniteException naming the step at which a value was no longer finite
     * @throws ArithmeticException if a decoded picture is not finite
     */
    public List<Image> generate(
            List<String> prompts, List<Long> seeds, GuidanceScale scale, SamplerKind sampler, int stepCount) {
        if (prompts.isEmpty() || prompts.size() != seeds.size()) {
            throw new IllegalArgumentException("a batch needs at least one prompt and a seed for each, got "
                    + prompts.size() + " prompts and " + seeds.size() + " seeds");
        }
        int count = prompts.size();
        int size = model.unet().config().sampleSize();
        int channels = model.latentChannels();
        List<String> texts = new ArrayList<>(Collections.nCopies(count, ""));
        texts.addAll(prompts);
        UNetConditions conditions =
                UNetConditions.of(model.text().encode(ends, texts, 1).context());
        ends.reset();
        BatchShape shape = new BatchShape(count, size * size * channels);
        Sampler method = sampler.create(model.schedulerFor(sampler), stepCount, shape);
        ConditionedUNet unet =
                new ConditionedUNet(model.unet(), steps, conditions, Optional.empty(), count, size, size);
        Tensor latents = Tensor.zeros(count, size, size, channels);
        new SamplingLoop(method, new GuidedDenoiser(unet, List.of(scale), 0, shape), shape)
                .sample(latents.data(), noise(seeds, channels, size * size), (done, x) -> {});
        return decode(latents);
    }

    private static NoiseSource noise(List<Long> seeds, int channels, int positions) {
        List<LatentNoise> sources = seeds.stream()
                .map(seed -> new LatentNoise(seed, channels, positions))
                .toList();
        float[] one = new float[channels * positions];
        return destination -> {
            for (int n = 0; n < sources.size(); n++) {
                sources.get(n).fill(one);
                System.arraycopy(one, 0, destination, n * one.length, one.length);
            }
        };
    }

    private List<Image> decode(Tensor latents) {
        Tensor pictures = decoder.decode(latents, false);
        int length = pictures.length() / pictures.size(0);
        List<Image> images = new ArrayList<>();
        for (int n = 0; n < pictures.size(0); n++) {
            images.add(Image.ofSignedFloats(
                    pictures.size(2), pictures.size(1), pictures.size(3), pictures.data(), n * length));
        }
        return images;
    }
}
