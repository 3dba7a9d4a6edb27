package dev.mezzotint.diffusion.cli;

import dev.mezzotint.diffusion.pipeline.SourcePicture;
import dev.mezzotint.engine.image.Image;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The picture to begin with. */
final class SourceOptions {
    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "Begin with this picture (PNG, JPEG, BMP or GIF) instead of noise alone: image to image.")
    private Optional<Path> image = Optional.empty();

    @Option(
            names = "--strength",
            paramLabel = "S",
            description =
                    "How much of that picture is given up, above 0 to 1; that part of the steps is taken (default: "
                            + SourcePicture.DEFAULT_STRENGTH + ", with --mask 1).")
    private Optional<Double> strength = Optional.empty();

    @Option(
            names = "--mask",
            paramLabel = "FILE",
            description = "Draw only where this picture is white, and keep the rest of --image: inpainting.")
    private Optional<Path> mask = Optional.empty();

    /** What is wrong with the options; empty where nothing is. */
    Optional<String> complaint() {
        if (image.isEmpty() && mask.isPresent()) {
            return Optional.of("--mask says what of a picture is drawn anew; name the picture with --image");
        }
        if (image.isEmpty() && strength.isPresent()) {
            return Optional.of("--strength says how much of a picture is given up; name the picture with --image");
        }
        return strength.filter(s -> !(s > 0 && s <= 1))
                .map(s -> "--strength is " + s + " but must lie above 0 and up to 1");
    }

    /** Reads the pictures. */
    Optional<SourcePicture> read() throws IOException {
        if (image.isEmpty()) {
            return Optional.empty();
        }
        Image picture = PictureFiles.read(image.get());
        Optional<Image> masked = mask.isPresent() ? Optional.of(PictureFiles.read(mask.get())) : Optional.empty();
        double usual = masked.isPresent() ? SourcePicture.DEFAULT_MASKED_STRENGTH : SourcePicture.DEFAULT_STRENGTH;
        return Optional.of(new SourcePicture(picture, strength.orElse(usual), masked));
    }

    /** The pictures' names, for a recipe. */
    Optional<String> imageName() {
        return image.map(file -> file.getFileName().toString());
    }

    /** The mask's name, for a recipe. */
    Optional<String> maskName() {
        return mask.map(file -> file.getFileName().toString());
    }
}
