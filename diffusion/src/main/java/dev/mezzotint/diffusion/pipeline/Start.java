package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.sampler.Sampler;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Optional;

/**
 * Where a run begins: at noise, or at a picture that is noised to where its first step is.
 *
 * @param x the sample as the first evaluation expects it, (1, rows, columns, channels); the run changes it
 * @param evaluation the first evaluation
 * @param kept what is put back after every evaluation
 * @param shown what the U-Net sees beside the latent, (1, rows, columns, 1 + channels)
 */
record Start(Tensor x, int evaluation, Optional<KeptPart> kept, Optional<Tensor> shown) {
    /**
     * Makes a start. The order in which the generator is asked is diffusers': the posterior of the picture, the noise,
     * the posterior of the masked picture.
     */
    static Start of(
            GenerationRequest request,
            TextToImageModel model,
            LatentEncoder encoder,
            Sampler sampler,
            LatentNoise generator) {
        int rows = request.height() / model.factor();
        int columns = request.width() / model.factor();
        int channels = model.latentChannels();
        Tensor noise = Tensor.zeros(1, rows, columns, channels);
        if (request.source().isEmpty()) {
            draw(request, generator, noise);
            return new Start(scaled(noise, sampler), 0, Optional.empty(), Optional.empty());
        }
        SourcePicture source = request.source().get();
        Tensor picture = picture(source.image(), request, model);
        Optional<Mask> mask = source.mask().map(image -> Mask.of(image, request.width(), request.height()));
        boolean anew = mask.isPresent() && source.strength() == 1;

        // A model of masks that begins at pure noise has no use for the picture's own latent.
        Optional<Tensor> clean = model.inpaints() && anew
                ? Optional.empty()
                : Optional.of(encoder.encode(picture, request.tiledVae(), generator));
        draw(request, generator, noise);
        Optional<Tensor> rest = mask.map(m -> encoder.encode(m.cutOut(picture), request.tiledVae(), generator));

        int first = sampler.firstEvaluation(source.skipped(request.steps()));
        Tensor x;
        if (anew) {
            x = scaled(noise.copy(), sampler);
        } else {
            x = Tensor.zeros(noise.shape());
            sampler.addNoise(clean.orElseThrow().data(), noise.data(), first, x.data());
        }
        Optional<float[]> open = mask.map(m -> m.every(model.factor()));
        if (model.inpaints()) {
            return new Start(x, first, Optional.empty(), open.map(o -> shown(o, rest.orElseThrow())));
        }
        return new Start(
                x, first, open.map(o -> new KeptPart(clean.orElseThrow().data(), noise.data(), o)), Optional.empty());
    }

    private static void draw(GenerationRequest request, LatentNoise generator, Tensor noise) {
        if (request.initialLatents().isPresent()) {
            float[] given = request.initialLatents().get().toChannelsLast().data();
            System.arraycopy(given, 0, noise.data(), 0, given.length);
        } else {
            generator.fill(noise.data());
        }
    }

    private static Tensor scaled(Tensor noise, Sampler sampler) {
        float sigma = (float) sampler.initialNoiseSigma();
        for (int i = 0; i < noise.length(); i++) {
            noise.data()[i] *= sigma;
        }
        return noise;
    }

    private static Tensor picture(Image image, GenerationRequest request, TextToImageModel model) {
        int channels = model.vae().map(v -> v.config().imageChannels()).orElse(model.latentChannels());
        Image sized = image.rgb().resize(request.width(), request.height());
        float[] rgb = sized.toSignedFloats();
        Tensor picture = Tensor.zeros(1, request.height(), request.width(), channels);
        for (int i = 0; i < request.width() * request.height(); i++) {
            if (channels == 1) {
                picture.data()[i] = 0.299f * rgb[3 * i] + 0.587f * rgb[3 * i + 1] + 0.114f * rgb[3 * i + 2];
            } else {
                System.arraycopy(rgb, 3 * i, picture.data(), 3 * i, 3);
            }
        }
        return picture;
    }

    private static Tensor shown(float[] open, Tensor rest) {
        int channels = rest.size(3);
        Tensor shown = Tensor.zeros(1, rest.size(1), rest.size(2), 1 + channels);
        for (int i = 0; i < open.length; i++) {
            shown.data()[i * (1 + channels)] = open[i];
            System.arraycopy(rest.data(), i * channels, shown.data(), i * (1 + channels) + 1, channels);
        }
        return shown;
    }
}
