package dev.mezzotint.diffusion.cli;

import dev.mezzotint.diffusion.model.vae.TinyDecoder;
import dev.mezzotint.diffusion.model.vae.TinyDecoderFile;
import dev.mezzotint.diffusion.pipeline.GenerationProgress;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.image.Png;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Pictures of a picture that is not done yet. */
final class PreviewOptions {
    @Option(
            names = "--preview-every",
            paramLabel = "N",
            description =
                    "After every N steps write what the picture looks like so far, as OUTPUT.preview.png, which goes"
                            + " when the picture is there.")
    private Optional<Integer> every = Optional.empty();

    @Option(
            names = "--preview-vae",
            paramLabel = "DIR|FILE",
            description =
                    "Decode previews with a tiny autoencoder (TAESD) for the model, which takes a fraction of the time"
                            + " (default: the model's VAE).")
    private Optional<Path> decoder = Optional.empty();

    /** What is wrong with the options; empty where nothing is. */
    Optional<String> complaint() {
        if (decoder.isPresent() && every.isEmpty()) {
            return Optional.of("--preview-vae decodes previews; say how often with --preview-every");
        }
        return every.filter(n -> n < 1).map(n -> "--preview-every is " + n + " but must be at least 1");
    }

    /** The fast decoder. */
    Optional<TinyDecoder> decoder() throws IOException {
        return decoder.isPresent() ? Optional.of(TinyDecoderFile.read(decoder.get())) : Optional.empty();
    }

    /** Whether a step is followed by a preview; after the last there is the picture itself. */
    boolean wanted(GenerationProgress progress) {
        return every.isPresent() && progress.step() % every.get() == 0 && progress.step() < progress.steps();
    }

    /** Where a picture's preview lies. */
    static Path file(Path picture) {
        String name = picture.getFileName().toString();
        String stem = name.endsWith(".png") ? name.substring(0, name.length() - 4) : name;
        return picture.resolveSibling(stem + ".preview.png");
    }

    /** Writes a preview. */
    void write(Path picture, GenerationProgress progress, Image image) throws IOException {
        Png.write(file(picture), image, Map.of("Comment", "step " + progress.step() + " of " + progress.steps()));
    }

    /** Takes away what is no longer needed. */
    void remove(Path picture) throws IOException {
        if (every.isPresent()) {
            Files.deleteIfExists(file(picture));
        }
    }
}
