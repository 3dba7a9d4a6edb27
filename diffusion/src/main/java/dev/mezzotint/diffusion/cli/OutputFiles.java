package dev.mezzotint.diffusion.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** Where results go: their names, and whether they can be written, which is found out before the work is done. */
final class OutputFiles {
    private static final String PNG = ".png";
    private static final String SEED = "{seed}";
    private static final int LONGEST_NAME = 60;

    private OutputFiles() {}

    /**
     * The file of one picture of several.
     *
     * @param given the name that the user gave; {@code {seed}} stands for the seed
     * @param index which picture, from 0
     * @param count how many there are
     */
    static Path of(Path given, int index, int count, long seed) {
        String name = given.getFileName().toString();
        if (name.contains(SEED)) {
            return given.resolveSibling(name.replace(SEED, Long.toString(seed)));
        }
        if (count == 1) {
            return given;
        }
        int dot = name.lastIndexOf('.');
        String stem = dot > 0 ? name.substring(0, dot) : name;
        String extension = dot > 0 ? name.substring(dot) : "";
        return given.resolveSibling(stem + String.format(Locale.ROOT, "-%04d", index + 1) + extension);
    }

    /** A name of prompt and seed in a folder, with a number behind it where that name is taken. */
    static Path free(Path folder, String prompt, long seed) {
        String words = prompt.strip().replaceAll("[^\\p{L}\\p{N}]+", "-").replaceAll("^-+|-+$", "");
        int length = Math.min(words.length(), LONGEST_NAME);
        if (length > 0 && length < words.length() && Character.isHighSurrogate(words.charAt(length - 1))) {
            length--;
        }
        String stem = (words.isEmpty() ? "picture" : words.substring(0, length)) + "-" + seed;
        Path file = folder.resolve(stem + PNG);
        for (int number = 2; Files.exists(file); number++) {
            file = folder.resolve(stem + "-" + number + PNG);
        }
        return file;
    }

    /** What is wrong with a name for a PNG file; empty where nothing is. */
    static Optional<String> complaint(Path picture) {
        Path name = picture.getFileName();
        if (name == null || name.toString().isEmpty()) {
            return Optional.of("'" + picture + "' names no file; give -o a name such as picture.png");
        }
        String lower = name.toString().toLowerCase(Locale.ROOT);
        for (String other : new String[] {".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"}) {
            if (lower.endsWith(other)) {
                return Optional.of(
                        "'" + picture + "' would be no PNG, and nothing else is written; end its name in .png");
            }
        }
        return Optional.empty();
    }

    /**
     * Finds out whether a file can be written, leaving nothing behind.
     *
     * @throws IOException if not, saying what to do
     */
    static void requireWritable(Path file) throws IOException {
        if (Files.isDirectory(file)) {
            throw new IOException(file + " could not be written: it is a folder; name a file in it");
        }
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            return;
        }
        Path folder = file.toAbsolutePath().getParent();
        if (!Files.isDirectory(folder)) {
            throw new IOException(file + " could not be written: the folder " + folder
                    + " does not exist; create it or choose another");
        }
        try {
            Files.delete(Files.createTempFile(folder, ".mezzo", ".tmp"));
        } catch (IOException e) {
            throw new IOException(
                    file + " could not be written: the folder " + folder
                            + " does not let itself be written to; change its permissions or choose another",
                    e);
        }
    }
}
