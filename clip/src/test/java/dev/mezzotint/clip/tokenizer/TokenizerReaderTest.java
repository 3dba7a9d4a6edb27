package dev.mezzotint.clip.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.checkpoint.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are not what they should be are refused in one sentence. */
class TokenizerReaderTest {
    @TempDir
    Path folder;

    @BeforeEach
    void goodFolder() throws IOException {
        write("vocab.json", "{\"a\":0,\"b</w>\":1,\"ab</w>\":2,\"!\":3,\"<|startoftext|>\":4,\"<|endoftext|>\":5}");
        write("merges.txt", "#version: 0.2\na b</w>\n");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private void assertRefused(Path path, String... parts) {
        String message =
                assertThrows(FormatException.class, () -> Tokenizer.load(path)).getMessage();
        for (String part : parts) {
            assertTrue(message.contains(part), message);
        }
        assertFalse(message.endsWith("."), message);
        assertEquals(1, message.lines().count(), message);
    }

    @Test
    void theGoodFolderIsRead() throws IOException {
        Tokenizer tokenizer = Tokenizer.load(folder);
        assertArrayEquals(new int[] {2}, tokenizer.encode("AB"));
        assertArrayEquals(new int[] {0, 5}, tokenizer.encode("az"), "an unknown byte is the unknown token");
    }

    @Test
    void missingFiles() throws IOException {
        assertRefused(folder.resolve("nowhere"), "nowhere", "vocab.json");
        Files.delete(folder.resolve("merges.txt"));
        assertRefused(folder, "lacks merges.txt");
        assertRefused(folder.resolve("vocab.json"), "lacks merges.txt");
        Files.delete(folder.resolve("vocab.json"));
        assertRefused(folder, "vocab.json", "tokenizer.json");
    }

    @Test
    void brokenVocabularies() throws IOException {
        for (Map.Entry<String, String> broken : Map.of(
                        "{\"a\":0", "vocab.json",
                        "[1, 2]", "an object",
                        "{\"a\": \"x\"}", "\"a\"",
                        "{\"a\": 0.5}", "\"a\"",
                        "{\"a\": 0, \"b\": 2}", "without a gap",
                        "{\"a\": 0, \"b\": -1}", "without a gap",
                        "{\"a\": 0, \"b\": 0}", "two symbols",
                        "{\"a\": 0, \"b</w>\": 1, \"ab</w>\": 2}", "<|startoftext|>",
                        "{}", "lacks",
                        "", "vocab.json")
                .entrySet()) {
            write("vocab.json", broken.getKey());
            assertRefused(folder, broken.getValue());
        }
        Files.write(folder.resolve("vocab.json"), new byte[] {(byte) 0xFF, 0, 1});
        assertRefused(folder, "UTF-8");
    }

    @Test
    void brokenMerges() throws IOException {
        write("merges.txt", "#version: 0.2\na b</w>\na c\n");
        assertRefused(folder, "merge 2", "\"c\"");
        write("merges.txt", "#version: 0.2\na a\n");
        assertRefused(folder, "merge 1", "\"aa\"");
        for (String line : List.of("ab", "a b c", " a", "a ", "x".repeat(100_000))) {
            write("merges.txt", "#version: 0.2\n" + line + "\n");
            assertRefused(folder, "line 2");
        }
    }

    @Test
    void brokenSettings() throws IOException {
        write("tokenizer_config.json", "{\"pad_token\": \"[PAD]\"}");
        assertRefused(folder, "padding token", "[PAD]");
        for (String length : List.of("2", "-77", "7.5")) {
            write("tokenizer_config.json", "{\"model_max_length\": " + length + "}");
            assertRefused(folder, "model_max_length", length);
        }
        for (String broken :
                List.of("[]", "{", "{\"pad_token\": 3}", "{\"pad_token\": {}}", "{\"model_max_length\": []}")) {
            write("tokenizer_config.json", broken);
            assertRefused(folder, "tokenizer_config.json");
        }
        write("tokenizer_config.json", "{\"added_tokens_decoder\": {\"x\": {\"content\": \"q\"}}}");
        assertRefused(folder, "added_tokens_decoder");
        write("tokenizer_config.json", "{\"added_tokens_decoder\": {\"2\": {\"content\": \"a\"}}}");
        assertRefused(folder, "two ids");
        write("tokenizer_config.json", "{\"added_tokens_decoder\": {\"100\": {\"content\": \"q\"}}}");
        assertRefused(folder, "without a gap");
    }

    @Test
    void fastFormat() throws IOException {
        Files.delete(folder.resolve("merges.txt"));
        String vocabulary = Files.readString(folder.resolve("vocab.json"));
        Files.delete(folder.resolve("vocab.json"));
        for (String merges : List.of("[\"a b</w>\"]", "[[\"a\", \"b</w>\"]]")) {
            write("tokenizer.json", "{\"model\": {\"vocab\": " + vocabulary + ", \"merges\": " + merges + "}}");
            assertArrayEquals(new int[] {2}, Tokenizer.load(folder).encode("ab"));
        }
        for (String broken : List.of(
                "{}",
                "{\"model\": 3}",
                "{\"model\": {\"vocab\": " + vocabulary + "}}",
                "{\"model\": {\"vocab\": " + vocabulary + ", \"merges\": [3]}}",
                "{\"model\": {\"vocab\": " + vocabulary + ", \"merges\": [[\"a\"]]}}",
                "{\"model\": {\"vocab\": " + vocabulary + ", \"merges\": [\"a\"]}}",
                "{\"added_tokens\": [{}], \"model\": {\"vocab\": " + vocabulary + ", \"merges\": []}}")) {
            write("tokenizer.json", broken);
            assertRefused(folder, "tokenizer.json");
        }
    }

    @Test
    void openAiFormat() throws IOException {
        Path file = folder.resolve("bpe.txt.gz");
        Files.write(file, gzip("heading\na b</w>\nc ab</w>\n"));
        Tokenizer tokenizer = Tokenizer.load(file);
        assertEquals(512 + 2 + 2, tokenizer.vocabularySize());
        assertArrayEquals(new int[] {513}, tokenizer.encode("cab"));
        assertArrayEquals(new int[] {64, 66 + 256}, tokenizer.encode("ac"));

        byte[] whole = gzip("heading\na b</w>\n" + "x".repeat(500) + "\n");
        Files.write(file, Arrays.copyOf(whole, whole.length / 2));
        assertRefused(file, "bpe.txt.gz");
        byte[] cut = gzip("heading\na b</w>\nc ab</w>\n");
        Files.write(file, Arrays.copyOf(cut, cut.length - 6));
        assertRefused(file, "too early");
        Files.write(file, new byte[0]);
        assertRefused(file, "too early");
        Files.writeString(file, "no gzip at all, but long enough");
        assertRefused(file, "gzip");
        Files.write(file, gzip("heading\n"));
        assertRefused(file, "no merges");
        Files.write(file, gzip("heading\na b</w>\na b</w>\n"));
        assertRefused(file, "merge 2", "second time");
        Files.write(file, gzip("heading\na bc\nb c\n"));
        assertRefused(file, "merge 1", "\"bc\"");
        Files.write(file, gzip("heading\n" + "\0".repeat(1 << 20)));
        assertRefused(file, "too long");
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
