package dev.mezzotint.clip.tokenizer;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.json.JsonException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a tokenizer's files say; every fault is told in a sentence that names the file. */
final class FileContent {
    /** The largest text read; CLIP's merges are half a megabyte. */
    private static final long LARGEST = 256L << 20;

    /** A look into a file that may find a fault. */
    interface Reading<T> {
        T from(Json json) throws IOException;
    }

    private FileContent() {}

    /** Takes something from a JSON file. */
    static <T> T json(Path file, Reading<T> reading) throws IOException {
        return from(file, JsonFile.read(file), reading);
    }

    /** Takes something from what a JSON file held. */
    static <T> T from(Path file, Json content, Reading<T> reading) throws IOException {
        try {
            return reading.from(content);
        } catch (JsonException e) {
            throw new FormatException(
                    file + " is not what a tokenizer needs (" + e.getMessage() + "); fetch the file again", e);
        }
    }

    static String text(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            throw new FormatException(
                    file + " is too large for a list of merges (" + Files.size(file) + " bytes); check the path");
        }
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new FormatException(file + " is not text in UTF-8; fetch it again", e);
        }
    }
}
