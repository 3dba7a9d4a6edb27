package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.clip.tokenizer.Encoded;
import dev.mezzotint.diffusion.guidance.GuidedDenoiser;
import dev.mezzotint.diffusion.sampler.BatchShape;
import dev.mezzotint.diffusion.sampler.Sampler;
import dev.mezzotint.diffusion.sampler.SamplingLoop;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Text to image with classifier-free guidance (Rombach et al. 2022; Ho and Salimans 2022), on latents or on pixels. A
 * pipeline may draw many pictures, one after another; not safe for use by several threads.
 */
public final class TextToImagePipeline {
    private static final double NANOS = 1e9;

    private final TextToImageModel model;
    /** The U-Net's turns follow one another on a tape of their own, so that each finds the buffers of the last. */
    private final Tape steps;
    /** What comes once a picture. */
    private final Tape ends;

    private final LatentDecoder decoder;

    /** Draws with a model. */
    public TextToImagePipeline(TextToImageModel model, Compute compute) {
        this.model = model;
        steps = Tape.inference(compute);
        ends = Tape.inference(compute);
        decoder = new LatentDecoder(model, ends);
    }

    /** Bytes of all buffers that the U-Net's turns ever needed. */
    long stepBufferBytes() {
        return steps.workspace().allocatedBytes();
    }

    /** The model. */
    public TextToImageModel model() {
        return model;
    }

    /**
     * Draws one picture.
     *
     * @throws IllegalArgumentException if the request does not fit the model, see {@link #check}
     * @throws dev.mezzotint.diffusion.sampler.NonFiniteException naming the step at which a value was no longer finite
     */
    public GeneratedPicture generate(GenerationRequest request, GenerationListener listener) {
        check(request);
        int rows = request.height() / model.factor();
        int columns = request.width() / model.factor();
        int channels = model.unet().config().inChannels();

        // Words to tokens to what the U-Net attends to; row 0 stands for no condition.
        int[][] tokens = tokenize(request, listener);
        Tensor contexts = model.textEncoder().encode(ends, tokens).copy();
        ends.reset();

        // Noise to latent, step by step: the U-Net predicts under all conditions in one batch, guidance combines them,
        // the sampler takes the step.
        BatchShape shape = new BatchShape(1, rows * columns * channels);
        Sampler sampler = request.sampler().create(model.schedulerFor(request.sampler()), request.steps(), shape);
        TextGuidedUNet unet = new TextGuidedUNet(model.unet(), steps, contexts, 1, rows, columns);
        GuidedDenoiser denoiser = new GuidedDenoiser(
                unet, request.conditions().stream().map(Condition::scale).toList(), request.guidanceRescale(), shape);
        LatentNoise noise = new LatentNoise(request.seed(), channels, rows * columns, request.initialLatents());
        Tensor latents = Tensor.zeros(1, rows, columns, channels);
        long start = System.nanoTime();
        new SamplingLoop(sampler, denoiser, shape).sample(latents.data(), noise, (done, x) -> {
            double seconds = (System.nanoTime() - start) / NANOS;
            listener.stepped(new GenerationProgress(done.evaluation() + 1, done.evaluations(), seconds), latents);
        });

        // Latent to picture.
        Tensor picture = decoder.decode(latents);
        Image image = Image.ofSignedFloats(request.width(), request.height(), picture.size(3), picture.data(), 0);
        return new GeneratedPicture(image, latents.toChannelsFirst(), picture);
    }

    /**
     * Refuses a request that the model cannot draw.
     *
     * @throws IllegalArgumentException if the size is not a multiple of what the model needs, the steps do not fit its
     *     schedule, or initial latents have another shape or values that are not finite
     */
    public void check(GenerationRequest request) {
        int multiple = model.sizeMultiple();
        int width = request.width();
        int height = request.height();
        if (width < multiple || height < multiple || width % multiple != 0 || height % multiple != 0) {
            throw new IllegalArgumentException(
                    "the size " + width + "x" + height + " does not suit the model; width and"
                            + " height must be multiples of " + multiple + ", such as " + nearest(width, multiple) + "x"
                            + nearest(height, multiple));
        }
        int longest = model.schedulerFor(request.sampler()).noise().numTrainTimesteps();
        if (request.steps() < 1 || request.steps() > longest) {
            throw new IllegalArgumentException("the number of steps is " + request.steps()
                    + " but must lie from 1 to the " + longest + " of the model's schedule");
        }
        // The spacing of the timesteps may leave room for fewer.
        request.sampler().create(model.schedulerFor(request.sampler()), request.steps(), new BatchShape(1, 1));
        long values = (long) width * height / model.factor() / model.factor();
        if (values > Integer.MAX_VALUE / (8L * model.unet().config().channels().getFirst())) {
            throw new IllegalArgumentException("the size " + width + "x" + height
                    + " is more than one array of activations can hold; choose a smaller one");
        }
        request.initialLatents().ifPresent(latents -> checkLatents(request, latents));
    }

    private void checkLatents(GenerationRequest request, Tensor latents) {
        int channels = model.unet().config().inChannels();
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

    private static long nearest(int size, int multiple) {
        return Math.max(1, Math.round((double) size / multiple)) * multiple;
    }

    private int[][] tokenize(GenerationRequest request, GenerationListener listener) {
        List<String> texts = new ArrayList<>();
        texts.add(request.negative());
        request.conditions().forEach(condition -> texts.add(condition.prompt()));
        int[][] tokens = new int[texts.size()][];
        for (int i = 0; i < tokens.length; i++) {
            Encoded encoded = model.tokenizer().tokenize(texts.get(i));
            if (encoded.truncated()) {
                listener.truncated(texts.get(i), encoded.dropped());
            }
            tokens[i] = encoded.ids();
        }
        return tokens;
    }
}
