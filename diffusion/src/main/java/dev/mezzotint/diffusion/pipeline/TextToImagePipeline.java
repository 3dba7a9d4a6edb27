package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.guidance.GuidanceScale;
import dev.mezzotint.diffusion.guidance.GuidedDenoiser;
import dev.mezzotint.diffusion.model.unet.UNetConditions;
import dev.mezzotint.diffusion.model.vae.TinyDecoder;
import dev.mezzotint.diffusion.sampler.BatchShape;
import dev.mezzotint.diffusion.sampler.Denoiser;
import dev.mezzotint.diffusion.sampler.Sampler;
import dev.mezzotint.diffusion.sampler.SamplingLoop;
import dev.mezzotint.diffusion.sampler.SchedulerConfig;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Text to image with classifier-free guidance (Rombach et al. 2022; Ho and Salimans 2022), on latents or on pixels, from
 * noise, from a picture or into the hole of one. A pipeline may draw many pictures, one after another; not safe for use
 * by several threads.
 */
public final class TextToImagePipeline {
    private static final double NANOS = 1e9;

    private final TextToImageModel model;
    private final Optional<TinyDecoder> previewDecoder;
    /** The U-Net's turns follow one another on a tape of their own, so that each finds the buffers of the last. */
    private final Tape steps;
    /** What comes once a picture. */
    private final Tape ends;

    private final TextConditions texts;
    private final LatentEncoder encoder;
    private final LatentDecoder decoder;

    /** Draws with a model. */
    public TextToImagePipeline(TextToImageModel model, Compute compute) {
        this(model, compute, Optional.empty());
    }

    /** Draws with a model, and previews with a decoder that is faster than its VAE. */
    public TextToImagePipeline(TextToImageModel model, Compute compute, Optional<TinyDecoder> previewDecoder) {
        this.model = model;
        this.previewDecoder = previewDecoder;
        steps = Tape.inference(compute);
        ends = Tape.inference(compute);
        texts = new TextConditions(model, ends);
        encoder = new LatentEncoder(model, ends);
        decoder = new LatentDecoder(model, ends);
    }

    /** The most bytes of buffers that the U-Net's turns held at once. */
    long stepBufferBytes() {
        return steps.workspace().peakBytes();
    }

    /** The model. */
    public TextToImageModel model() {
        return model;
    }

    /**
     * Draws one picture.
     *
     * @throws IllegalArgumentException if the request does not fit the model, see {@link RequestCheck}
     * @throws dev.mezzotint.diffusion.sampler.NonFiniteException naming the step at which a value was no longer finite
     */
    public GeneratedPicture generate(GenerationRequest request, GenerationListener listener) {
        check(request);
        int rows = request.height() / model.factor();
        int columns = request.width() / model.factor();
        int channels = model.latentChannels();
        BatchShape shape = new BatchShape(1, rows * columns * channels);
        SchedulerConfig schedule = model.schedulerFor(request.sampler());
        Sampler sampler = request.sampler().create(schedule, request.steps(), shape);

        // Words to tokens to what the U-Net attends to; row 0 stands for no condition.
        UNetConditions conditions = texts.of(request);

        // Noise, or a picture with noise on it.
        LatentNoise noise = new LatentNoise(request.seed(), channels, rows * columns);
        Start start = Start.of(request, model, encoder, sampler, noise);
        ends.workspace().clear();

        // Noise to latent, step by step: the U-Net predicts under all conditions in one batch, guidance combines them,
        // the sampler takes the step.
        ConditionedUNet unet = new ConditionedUNet(model.unet(), steps, conditions, start.shown(), 1, rows, columns);
        CleanEstimate denoiser = new CleanEstimate(guided(unet, request, shape), schedule.predictionType());
        Tensor latents = start.x();
        long begin = System.nanoTime();
        SamplingLoop loop = new SamplingLoop(sampler, denoiser, shape);
        loop.denoise(latents.data(), start.evaluation(), noise, (done, x) -> {
            start.kept().ifPresent(kept -> kept.putBack(x, done.evaluation(), sampler));
            GenerationProgress progress = new GenerationProgress(
                    done.evaluation() + 1 - start.evaluation(),
                    done.evaluations() - start.evaluation(),
                    (System.nanoTime() - begin) / NANOS);
            listener.stepped(progress, latents);
            if (listener.wantsPreview(progress)) {
                Tensor estimate = Tensor.of(denoiser.get(), latents.shape());
                listener.previewed(progress, image(preview(estimate, request.tiledVae())));
            }
        });
        steps.workspace().clear();

        // Latent to picture.
        Tensor picture = decoder.decode(latents, request.tiledVae());
        ends.workspace().clear();
        return new GeneratedPicture(image(picture), latents.toChannelsFirst(), picture);
    }

    private Denoiser guided(ConditionedUNet unet, GenerationRequest request, BatchShape shape) {
        List<GuidanceScale> scales =
                request.conditions().stream().map(Condition::scale).toList();
        if (model.hasGuidanceBuiltIn()) {
            GuidanceScale scale = scales.getFirst();
            return (x, at, out) -> unet.predictGuided(x, at.timestep(), scale.at(at), out);
        }
        return new GuidedDenoiser(unet, scales, request.guidanceRescale(), shape);
    }

    private Tensor preview(Tensor latents, boolean tiled) {
        if (previewDecoder.isEmpty()) {
            return decoder.decode(latents, tiled);
        }
        Tensor picture = previewDecoder.get().decode(ends, latents).copy();
        ends.reset();
        return picture;
    }

    private static Image image(Tensor picture) {
        return Image.ofSignedFloats(picture.size(2), picture.size(1), picture.size(3), picture.data(), 0);
    }

    /**
     * Refuses a request that the model cannot draw.
     *
     * @throws IllegalArgumentException saying what does not fit and what would
     */
    public void check(GenerationRequest request) {
        RequestCheck.require(model, request);
    }
}
