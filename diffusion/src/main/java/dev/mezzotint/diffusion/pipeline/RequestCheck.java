package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.sampler.BatchShape;
import dev.mezzotint.diffusion.sampler.Sampler;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;

/** Whether a model can draw what is asked for, found out before it begins. */
final class RequestCheck {
    private RequestCheck() {}

    /**
     * Refuses what it cannot draw.
     *
     * @throws IllegalArgumentException if the size is not a multiple of what the model needs, the steps do not fit its
     *     schedule, initial latents have another shape or values that are not finite, the model and the mask do not go
     *     together, or a model with guidance built in is asked for more than one scale
     */
    static void require(TextToImageModel model, GenerationRequest request) {
        requireSize(model, request.width(), request.height());
        requireDecodable(model, request);
        int longest = model.schedulerFor(request.sampler()).noise().numTrainTimesteps();
        if (request.steps() < 1 || request.steps() > longest) {
            throw new IllegalArgumentException("the number of steps is " + request.steps()
                    + " but must lie from 1 to the " + longest + " of the model's schedule");
        }
        // The spacing of the timesteps may leave room for fewer.
        Sampler sampler =
                request.sampler().create(model.schedulerFor(request.sampler()), request.steps(), new BatchShape(1, 1));
        request.source().ifPresent(source -> sampler.firstEvaluation(source.skipped(request.steps())));
        requireMask(model, request);
        int deepest = model.text().largestClipSkip();
        if (request.clipSkip() < 1 || request.clipSkip() > deepest) {
            throw new IllegalArgumentException("a clip skip of " + request.clipSkip()
                    + " does not suit the model's text encoder; it must lie from 1 to " + deepest);
        }
        if (model.hasGuidanceBuiltIn()) {
            if (request.conditions().size() > 1) {
                throw new IllegalArgumentException(
                        "a latent consistency model follows one prompt, not several; give one");
            }
            if (request.negative().filter(text -> !text.isBlank()).isPresent()) {
                throw new IllegalArgumentException("a latent consistency model has its guidance built in and cannot be"
                        + " told what not to show; leave the negative prompt out");
            }
        }
        request.initialLatents().ifPresent(latents -> requireLatents(model, request, latents));
    }

    private static void requireSize(TextToImageModel model, int width, int height) {
        int multiple = model.factor();
        if (width < multiple || height < multiple || width % multiple != 0 || height % multiple != 0) {
            throw new IllegalArgumentException(
                    "the size " + width + "x" + height + " does not suit the model; width and"
                            + " height must be multiples of " + multiple + ", such as " + nearest(width, multiple) + "x"
                            + nearest(height, multiple));
        }
        long values = (long) width * height / model.factor() / model.factor();
        if (values > Integer.MAX_VALUE / (8L * model.unet().config().channels().getFirst())) {
            throw new IllegalArgumentException("the size " + width + "x" + height
                    + " is more than one array of activations can hold; choose a smaller one");
        }
    }

    /** The last layers of a VAE are the largest of all, and come when every step is done. */
    private static void requireDecodable(TextToImageModel model, GenerationRequest request) {
        int rows = request.height() / model.factor();
        int columns = request.width() / model.factor();
        boolean tooLarge = model.vae()
                .filter(vae -> vae.decodePlan(1, rows, columns).longest() > Shape.MOST_ELEMENTS)
                .isPresent();
        if (tooLarge && !request.tiledVae()) {
            throw new IllegalArgumentException("the size " + request.width() + "x" + request.height()
                    + " is more than the VAE can decode in one piece; choose a smaller one, or let it work in tiles");
        }
    }

    private static long nearest(int size, int multiple) {
        return Math.max(1, Math.round((double) size / multiple)) * multiple;
    }

    private static void requireMask(TextToImageModel model, GenerationRequest request) {
        boolean masked = request.source().flatMap(SourcePicture::mask).isPresent();
        if (model.inpaints() && !masked) {
            throw new IllegalArgumentException(
                    "the model " + model.name() + " draws into the hole of a picture; give it a picture and a mask");
        }
    }

    private static void requireLatents(TextToImageModel model, GenerationRequest request, Tensor latents) {
        int channels = model.latentChannels();
        int rows = request.height() / model.factor();
        int columns = request.width() / model.factor();
        if (!latents.shape().equals(Shape.of(1, channels, rows, columns))) {
            throw new IllegalArgumentException("initial latents of shape " + latents.shape()
                    + " do not fit a picture of "
                    + request.width() + "x" + request.height() + ", which needs 1×" + channels + "×" + rows + "×"
                    + columns + "; change the size or the latents");
        }
        for (float value : latents.data()) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException("initial latents hold a value that is not finite; make them again");
            }
        }
    }
}
