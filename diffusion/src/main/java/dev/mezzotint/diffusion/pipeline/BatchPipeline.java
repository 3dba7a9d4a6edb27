package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.guidance.GuidanceScale;
import dev.mezzotint.diffusion.guidance.GuidedDenoiser;
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
        int channels = model.unet().config().inChannels();
        Tensor contexts = contexts(prompts);
        BatchShape shape = new BatchShape(count, size * size * channels);
        Sampler method = sampler.create(model.schedulerFor(sampler), stepCount, shape);
        TextGuidedUNet unet = new TextGuidedUNet(model.unet(), steps, contexts, count, size, size);
        Tensor latents = Tensor.zeros(count, size, size, channels);
        new SamplingLoop(method, new GuidedDenoiser(unet, List.of(scale), 0, shape), shape)
                .sample(latents.data(), noise(seeds, channels, size * size), (done, x) -> {});
        return decode(latents);
    }

    /** The encoded texts, (2 · prompts, tokens, width): first as many empty ones, then the prompts. */
    private Tensor contexts(List<String> prompts) {
        int count = prompts.size();
        int[][] tokens = new int[2 * count][];
        int[] empty = model.tokenizer().tokenize("").ids();
        for (int i = 0; i < count; i++) {
            tokens[i] = empty;
            tokens[count + i] = model.tokenizer().tokenize(prompts.get(i)).ids();
        }
        Tensor contexts = model.textEncoder().encode(ends, tokens).copy();
        ends.reset();
        return contexts;
    }

    private static NoiseSource noise(List<Long> seeds, int channels, int positions) {
        List<LatentNoise> sources = seeds.stream()
                .map(seed -> new LatentNoise(seed, channels, positions, Optional.empty()))
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
        Tensor pictures = decoder.decode(latents);
        int length = pictures.length() / pictures.size(0);
        List<Image> images = new ArrayList<>();
        for (int n = 0; n < pictures.size(0); n++) {
            images.add(Image.ofSignedFloats(
                    pictures.size(2), pictures.size(1), pictures.size(3), pictures.data(), n * length));
        }
        return images;
    }
}
