package dev.mezzotint.engine.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonFileTest {
    @TempDir
    Path folder;

    @Test
    void survivesTheRoundTrip() throws IOException {
        Json json = Json.parse("{\"b\":[1,2.5],\"a\":\"é\"}");
        JsonFile.write(folder.resolve("config.json"), json);
        assertEquals(json, JsonFile.read(folder.resolve("config.json")));
    }

    @Test
    void namesTheFileThatIsWrong() throws IOException {
        assertRefused(folder, "is a folder");
        assertRefused(folder.resolve("gone.json"), "does not exist");
        assertRefused(Files.write(folder.resolve("b"), new byte[] {'"', (byte) 0xFF, '"'}), "not text in UTF-8");
        assertRefused(
                Files.writeString(folder.resolve("c"), "{\"a\":}"),
                "is not JSON (expected a value but found '}' at line 1, column 6)");
    }

    private static void assertRefused(Path path, String message) {
        String said =
                assertThrows(FormatException.class, () -> JsonFile.read(path)).getMessage();
        assertTrue(said.startsWith(path.toString()) && said.contains(message), said);
    }
}
