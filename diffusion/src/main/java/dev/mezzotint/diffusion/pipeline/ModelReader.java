package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.clip.tokenizer.Tokenizer;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.nn.ParameterFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;

/** Reads the components of a model folder, all at the same time. */
public final class ModelReader {
    /** transformers' newest versions leave this off. */
    private static final String TEXT_PREFIX = "text_model.";

    private ModelReader() {}

    /**
     * Reads a whole model.
     *
     * @throws FormatException if a file is missing or not what it should be, a tensor is missing or has another shape than
     *     the configuration says, or the components do not fit each other; the message names the file and what to do
     * @throws IOException if a file cannot be read
     */
    public static TextToImageModel read(ModelFolder folder) throws IOException {
        return read(folder, folder.folder(ModelComponent.TOKENIZER));
    }

    /**
     * Reads a whole model, its tokenizer from elsewhere.
     *
     * @param tokenizer folder or file, as {@link Tokenizer#load(Path)} takes it
     * @throws IOException as {@link #read(ModelFolder)}
     */
    public static TextToImageModel read(ModelFolder folder, Path tokenizer) throws IOException {
        try (ExecutorService threads =
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().factory())) {
            Future<UNet> unet = threads.submit(() -> readUNet(folder));
            Future<ClipTextEncoder> textEncoder = threads.submit(() -> readTextEncoder(folder));
            Future<Optional<Autoencoder>> vae = threads.submit(
                    () -> folder.has(ModelComponent.VAE) ? Optional.of(readVae(folder)) : Optional.empty());
            Future<Tokenizer> words = threads.submit(() -> Tokenizer.load(tokenizer));
            Json scheduler = ModelFolder.parse(folder.configuration(ModelComponent.SCHEDULER), json -> {
                TextToImageModel.samplerOf(json);
                return json;
            });
            try {
                return new TextToImageModel(
                        folder.name(), result(words), result(textEncoder), result(unet), result(vae), scheduler);
            } catch (IllegalArgumentException e) {
                throw new FormatException(
                        "the components of " + folder.path() + " do not fit each other: " + e.getMessage(), e);
            }
        }
    }

    /** Reads the U-Net's sizes alone. */
    public static UNetConfig readUNetConfig(ModelFolder folder) throws IOException {
        return ModelFolder.parse(folder.configuration(ModelComponent.UNET), UNetConfig::parse);
    }

    /** Reads the VAE's sizes alone. */
    public static VaeConfig readVaeConfig(ModelFolder folder) throws IOException {
        return ModelFolder.parse(folder.configuration(ModelComponent.VAE), VaeConfig::parse);
    }

    /** Reads the U-Net alone. */
    public static UNet readUNet(ModelFolder folder) throws IOException {
        Path configuration = folder.configuration(ModelComponent.UNET);
        UNet unet = ModelFolder.parse(configuration, json -> new UNet(UNetConfig.parse(json)));
        ParameterFiles.load(folder.weights(ModelComponent.UNET), unet.parameters());
        return unet;
    }

    /** Reads the VAE alone. */
    public static Autoencoder readVae(ModelFolder folder) throws IOException {
        return readVae(folder.configuration(ModelComponent.VAE), folder.weights(ModelComponent.VAE));
    }

    /**
     * Reads a VAE.
     *
     * @param configuration its {@code config.json}
     * @param weights its safetensors file
     */
    public static Autoencoder readVae(Path configuration, Path weights) throws IOException {
        Autoencoder vae = ModelFolder.parse(configuration, json -> new Autoencoder(VaeConfig.parse(json)));
        ParameterFiles.load(weights, vae.parameters(), vaeNames(weights));
        return vae;
    }

    /** The first diffusers wrote other names for the attention's maps, and models of that time still have them. */
    private static UnaryOperator<String> vaeNames(Path weights) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(weights)) {
            boolean old = file.names().stream().anyMatch(name -> name.endsWith(".query.weight"));
            return old ? ModelReader::oldVaeName : UnaryOperator.identity();
        }
    }

    private static String oldVaeName(String name) {
        return name.replace(".to_q.", ".query.")
                .replace(".to_k.", ".key.")
                .replace(".to_v.", ".value.")
                .replace(".to_out.0.", ".proj_attn.");
    }

    /** Reads the text encoder alone. */
    public static ClipTextEncoder readTextEncoder(ModelFolder folder) throws IOException {
        Path configuration = folder.configuration(ModelComponent.TEXT_ENCODER);
        ClipTextEncoder encoder =
                ModelFolder.parse(configuration, json -> new ClipTextEncoder(ClipTextConfig.parse(json)));
        Path weights = folder.weights(ModelComponent.TEXT_ENCODER);
        ParameterFiles.load(weights, encoder.parameters(), textNames(weights));
        return encoder;
    }

    private static UnaryOperator<String> textNames(Path weights) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(weights)) {
            boolean prefixed = file.names().stream().anyMatch(name -> name.startsWith(TEXT_PREFIX));
            return prefixed
                    ? UnaryOperator.identity()
                    : name -> name.startsWith(TEXT_PREFIX) ? name.substring(TEXT_PREFIX.length()) : name;
        }
    }

    /** A component's reading has no other exceptions than those that its callers expect. */
    private static <T> T result(Future<T> future) throws IOException {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("reading the model was interrupted", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException cause -> throw cause;
                case RuntimeException cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw new IOException(e.getCause().getMessage(), e.getCause());
            }
        }
    }
}
