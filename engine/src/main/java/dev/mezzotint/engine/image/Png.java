package dev.mezzotint.engine.image;

import dev.mezzotint.engine.checkpoint.AtomicFile;
import dev.mezzotint.engine.checkpoint.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;

/**
 * PNG files: reads every kind the standard knows, brought to 8 bits; writes grey, RGB and RGBA.
 *
 * <p><a href="https://www.w3.org/TR/png-3/">Portable Network Graphics (PNG) Specification, third edition</a>.
 */
public final class Png {
    private static final long LARGEST_FILE = 512L << 20;

    private Png() {}

    /**
     * Reads a picture. Grey with transparency and palettes come as RGBA or RGB; samples of 16 bits are rounded to 8.
     *
     * @throws FormatException if there is no such file or it is no sound PNG
     * @throws IOException if it cannot be read
     */
    public static Image read(Path path) throws IOException {
        return PngDecoder.decode(path.toString(), content(path));
    }

    /**
     * The texts in a file by keyword, in order, the first of a keyword; from tEXt, zTXt and iTXt chunks.
     *
     * @throws FormatException if there is no such file or it is no sound PNG
     * @throws IOException if it cannot be read
     */
    public static Map<String, String> readText(Path path) throws IOException {
        return PngText.read(PngChunk.split(path.toString(), content(path)));
    }

    /**
     * Writes a picture, whole or not at all.
     *
     * @param text texts by keyword; a keyword has 1 to 79 characters of Latin-1
     * @throws IllegalArgumentException if a keyword is wrong
     * @throws IOException if the file cannot be written
     */
    public static void write(Path path, Image image, Map<String, String> text) throws IOException {
        byte[] encoded = encode(image, text);
        AtomicFile.write(path, out -> out.write(encoded));
    }

    /** The bytes of a PNG file. */
    public static byte[] encode(Image image, Map<String, String> text) {
        return PngEncoder.encode(image, text);
    }

    private static byte[] content(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new FormatException(path + " is a folder, not a PNG file; name a file in it");
        }
        try {
            if (Files.size(path) > LARGEST_FILE) {
                throw new FormatException(
                        path + " is too large for a picture (" + Files.size(path) + " bytes); make it smaller");
            }
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new FormatException(path + " does not exist; check the path", e);
        }
    }
}
