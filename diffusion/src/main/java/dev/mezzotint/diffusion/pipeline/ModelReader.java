package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.clip.tokenizer.Tokenizer;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.diffusion.prompt.ContextRule;
import dev.mezzotint.diffusion.prompt.PromptEncoder;
import dev.mezzotint.diffusion.prompt.TextTower;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.nn.ParameterFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads models: layers are built and joined with their tensors on disk, which are read when they are first used. */
public final class ModelReader {
    private static final String OPEN_CLIP_PAD = "!";

    private ModelReader() {}

    /**
     * Reads a model with its own tokenizers.
     *
     * @throws FormatException as {@link #read(StoredModel, Optional)}
     */
    public static TextToImageModel read(StoredModel stored) throws IOException {
        return read(stored, Optional.empty());
    }

    /**
     * Reads a model.
     *
     * @param tokenizer folder or file of the tokenizer instead of the model's own, as {@link Tokenizer#load(Path)} takes
     *     it
     * @throws FormatException if a file is missing or not what it should be, a tensor is missing or has another shape than
     *     the configuration says, or the components do not fit each other; the message names the file and what to do
     * @throws IOException if a file cannot be read
     */
    public static TextToImageModel read(StoredModel stored, Optional<Path> tokenizer) throws IOException {
        List<TextTower> towers = new ArrayList<>();
        for (StoredModel.Text text : stored.texts()) {
            towers.add(tower(stored, text, tokenizer));
        }
        UNet unet = new UNet(stored.unet().config());
        ParameterFiles.bind(stored.unet().tensors(), unet.parameters());
        Optional<Autoencoder> vae = Optional.empty();
        if (stored.vae().isPresent()) {
            vae = Optional.of(new Autoencoder(stored.vae().get().config()));
            ParameterFiles.bind(stored.vae().get().tensors(), vae.get().parameters());
        }
        try {
            ContextRule rule = towers.size() == 2 ? ContextRule.PENULTIMATE_AND_POOLED : ContextRule.LAST_LAYER;
            return new TextToImageModel(
                    stored.name(),
                    new PromptEncoder(towers, rule),
                    unet,
                    vae,
                    stored.scheduler(),
                    stored.zeroWithoutNegative());
        } catch (IllegalArgumentException e) {
            throw new FormatException(
                    "the components of " + stored.path() + " do not fit each other: " + e.getMessage(), e);
        }
    }

    private static TextTower tower(StoredModel stored, StoredModel.Text text, Optional<Path> given) throws IOException {
        Path place = given.or(text::tokenizer)
                .orElseThrow(() -> new FormatException(stored.path()
                        + " has no tokenizer; name the folder of one (vocab.json and merges.txt, or tokenizer.json)"
                        + " with --tokenizer"));
        ClipTextEncoder encoder = new ClipTextEncoder(text.config());
        ParameterFiles.bind(text.tensors(), encoder.parameters());
        Tokenizer tokenizer = Tokenizer.load(place);
        try {
            // A tokenizer from elsewhere is most likely that of OpenAI's CLIP; OpenCLIP's differs in this alone.
            boolean openClip = text.config().activation() == Activation.GELU;
            return new TextTower(
                    given.isPresent() && openClip ? tokenizer.withPadToken(OPEN_CLIP_PAD) : tokenizer, encoder);
        } catch (IllegalArgumentException e) {
            throw new FormatException(place + ": " + e.getMessage(), e);
        }
    }

    /**
     * Reads a VAE at once, so that its files may go.
     *
     * @param configuration its {@code config.json}
     * @param weights its safetensors file
     */
    public static Autoencoder readVae(Path configuration, Path weights) throws IOException {
        Autoencoder vae = ModelFolder.parse(configuration, json -> new Autoencoder(VaeConfig.parse(json)));
        ParameterFiles.load(weights, vae.parameters());
        return vae;
    }
}
