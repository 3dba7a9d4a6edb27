package dev.mezzotint.engine.checkpoint;

import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.json.JsonException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Settings on disk: one JSON value a file, in UTF-8. */
public final class JsonFile {
    private static final long LARGEST = 256L << 20;

    private JsonFile() {}

    /**
     * Reads a file.
     *
     * @throws FormatException if there is no such file or it is not JSON
     * @throws IOException if it cannot be read
     */
    public static Json read(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new FormatException(path + " is a folder, not a JSON file; name a file in it");
        }
        try {
            if (Files.size(path) > LARGEST) {
                throw new FormatException(
                        path + " is too large for a JSON file (" + Files.size(path) + " bytes); check the path");
            }
            return Json.parse(Files.readString(path, StandardCharsets.UTF_8));
        } catch (NoSuchFileException e) {
            throw new FormatException(path + " does not exist; check the path", e);
        } catch (CharacterCodingException e) {
            throw new FormatException(path + " is not text in UTF-8; fetch it again", e);
        } catch (JsonException e) {
            throw new FormatException(path + " is not JSON (" + e.getMessage() + "); correct it or fetch it again", e);
        }
    }

    /** Writes a value over several lines, whole or not at all. */
    public static void write(Path path, Json json) throws IOException {
        AtomicFile.write(path, out -> out.write(json.pretty().getBytes(StandardCharsets.UTF_8)));
    }
}
