package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.clip.tokenizer.Tokenizer;
import dev.mezzotint.clip.tokenizer.TokenizerTrainer;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.diffusion.prompt.ContextRule;
import dev.mezzotint.diffusion.prompt.PromptEncoder;
import dev.mezzotint.diffusion.prompt.TextTower;
import dev.mezzotint.diffusion.sampler.SchedulerConfig;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.random.TorchGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Whole models with random weights: their pictures are noise, but the way to them is the real one. */
public final class RandomModel {
    private static final List<String> CORPUS = List.of(
            "a red cube to the left of a blue sphere on a grey floor",
            "a small green cone behind a large yellow torus",
            "two purple cylinders and an orange cube on wood");

    private RandomModel() {}

    /** A latent model of a few thousand weights that draws RGB pictures of 16×16. */
    public static TextToImageModel tiny() {
        return model(List.of(8, 16), 16, 1, List.of(8, 8), 4, 3, true);
    }

    /** A pixel model of a few thousand weights that draws pictures of 8×8. */
    public static TextToImageModel tinyOfPixels(int channels) {
        return model(List.of(8, 16), 16, 1, List.of(), channels, channels, false);
    }

    /** As large as the built-in model may be. */
    public static TextToImageModel likeBuiltIn() {
        return model(List.of(64, 128), 128, 3, List.of(32, 64, 64), 4, 3, true);
    }

    private static TextToImageModel model(
            List<Integer> channels,
            int width,
            int layers,
            List<Integer> vaeChannels,
            int latentChannels,
            int colours,
            boolean latent) {
        TorchGenerator generator = new TorchGenerator(1);
        Tokenizer tokenizer = TokenizerTrainer.train(CORPUS, 500, 77);
        ClipTextEncoder text = new ClipTextEncoder(new ClipTextConfig(
                tokenizer.vocabularySize(),
                width,
                4 * width,
                4,
                layers,
                77,
                Activation.QUICK_GELU,
                1e-5,
                tokenizer.endToken(),
                0));
        text.parameters().initialize(generator);
        int grid = channels.getFirst() == 8 ? 8 : 16;
        UNet unet = new UNet(new UNetConfig(
                latentChannels,
                latentChannels,
                grid,
                channels,
                List.of(true, true),
                List.of(true, true),
                channels.getFirst() == 8 ? 1 : 2,
                List.of(4, 4),
                width,
                8,
                1e-5,
                true,
                List.of(1, 1)));
        unet.parameters().initialize(generator);
        Optional<Autoencoder> vae = Optional.empty();
        if (latent) {
            Autoencoder decoder =
                    new Autoencoder(new VaeConfig(colours, latentChannels, vaeChannels, 1, 8, grid << 1, 0.7));
            decoder.parameters().initialize(generator);
            vae = Optional.of(decoder);
        }
        return new TextToImageModel(
                "random",
                new PromptEncoder(List.of(new TextTower(tokenizer, text)), ContextRule.LAST_LAYER),
                unet,
                vae,
                SchedulerConfig.stableDiffusion().toJson(),
                false);
    }

    /** Writes a model where a test wants it. */
    public static Path write(Path folder, TextToImageModel model, DType dtype) throws IOException {
        ModelWriter.write(folder, model, dtype);
        return folder;
    }
}
