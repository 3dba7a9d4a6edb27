package dev.mezzotint.diffusion.model.vae;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.checkpoint.TensorFile;
import dev.mezzotint.engine.checkpoint.TensorFiles;
import dev.mezzotint.engine.nn.ParameterFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/** Tiny decoders as they are published: diffusers' folder, or the original's single file. */
public final class TinyDecoderFile {
    private static final String PREFIX = "decoder.layers.";

    /** What the original's file does not say, as all published ones have it. */
    private static final List<Integer> PUBLISHED_BLOCKS = List.of(3, 3, 3, 1);

    private TinyDecoderFile() {}

    /**
     * Reads a decoder.
     *
     * @param path a folder with {@code config.json} and {@code diffusion_pytorch_model.safetensors}, or a file of weights
     *     such as {@code taesd_decoder.safetensors} or {@code taesd_decoder.pth}
     * @throws FormatException if it is not a tiny decoder, or one that is not supported
     * @throws IOException if it cannot be read
     */
    public static TinyDecoder read(Path path) throws IOException {
        if (!Files.isDirectory(path)) {
            try (TensorFile file = TensorFiles.open(path)) {
                return bind(new TinyDecoder(configOf(file)), file);
            }
        }
        Path description = path.resolve("config.json");
        TinyDecoderConfig config;
        try {
            config = TinyDecoderConfig.parse(JsonFile.read(description));
        } catch (IllegalArgumentException e) {
            throw new FormatException(description + ": " + e.getMessage(), e);
        }
        try (TensorFile file = TensorFiles.open(path.resolve("diffusion_pytorch_model.safetensors"))) {
            return bind(new TinyDecoder(config), file);
        }
    }

    private static TinyDecoder bind(TinyDecoder decoder, TensorFile file) throws FormatException {
        ParameterFiles.bind(file, decoder.parameters(), names(file));
        return decoder;
    }

    /** The original counts its limiter of latents as layer 0, so that its layers' numbers are one higher. */
    private static UnaryOperator<String> names(TensorFile file) {
        return file.has(PREFIX + "0.weight") ? UnaryOperator.identity() : TinyDecoderFile::original;
    }

    private static String original(String name) {
        String rest = name.substring(PREFIX.length());
        int dot = rest.indexOf('.');
        return (Integer.parseInt(rest.substring(0, dot)) + 1) + rest.substring(dot);
    }

    private static TinyDecoderConfig configOf(TensorFile file) throws FormatException {
        String first = names(file).apply(PREFIX + "0.weight");
        int[] shape = file.has(first) ? file.tensor(first).shape() : new int[0];
        if (shape.length != 4) {
            throw new FormatException(
                    file.path() + " is not a tiny autoencoder's decoder; give taesd_decoder.safetensors"
                            + " or diffusers' folder of it");
        }
        return new TinyDecoderConfig(shape[1], 3, shape[0], PUBLISHED_BLOCKS);
    }
}
