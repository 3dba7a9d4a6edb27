package dev.mezzotint.diffusion.cli;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.image.Png;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/** Pictures that users bring: PNG as everywhere here, other formats as the JDK reads them. */
final class PictureFiles {
    private static final int PNG_START = 0x89;

    private PictureFiles() {}

    /**
     * Reads a picture.
     *
     * @throws FormatException if it is none in a format that is known
     * @throws IOException if it cannot be read
     */
    static Image read(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new FormatException(file + " is a folder; name a picture");
        }
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        int first;
        try (var in = Files.newInputStream(file)) {
            first = in.read();
        }
        if (first == PNG_START) {
            return Png.read(file);
        }
        BufferedImage picture;
        try (var in = Files.newInputStream(file)) {
            picture = ImageIO.read(in);
        } catch (IOException e) {
            throw new FormatException(file + " is damaged (" + e.getMessage() + "); save it again, as PNG", e);
        }
        if (picture == null) {
            throw new FormatException(file + " is no picture in a format that is read here; save it as PNG or JPEG");
        }
        int width = picture.getWidth();
        int height = picture.getHeight();
        return Image.ofArgb(width, height, picture.getRGB(0, 0, width, height, null, 0, width));
    }
}
