package dev.mezzotint.clip.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against the ids that OpenAI's program and transformers gave. */
class TokenizerGoldenTest {
    private static List<Json> cases() throws IOException {
        Path file = GoldenTokenizer.folder("tokenizer").resolve("cases.json");
        return Json.parse(Files.readString(file)).get("cases").elements();
    }

    private static int[] ints(Json array) {
        return array.elements().stream().mapToInt(Json::asInt).toArray();
    }

    private static void assertHolds(Tokenizer tokenizer, String key) throws IOException {
        List<Json> cases = cases();
        assertTrue(cases.size() >= 20);
        for (Json one : cases) {
            String text = one.string("text");
            assertArrayEquals(ints(one.get(key)), tokenizer.encode(text), text);
        }
    }

    @Test
    void transformersIdsHold() throws IOException {
        assertHolds(Tokenizer.load(GoldenTokenizer.folder("tokenizer")), "tokens_transformers");
    }

    @Test
    void openAiIdsHold() throws IOException {
        assertHolds(Tokenizer.load(GoldenTokenizer.folder("tokenizer"), TextCleanup.OPENAI), "tokens");
    }

    @Test
    void paddedIdsHold() throws IOException {
        Tokenizer tokenizer = Tokenizer.load(GoldenTokenizer.folder("tokenizer"), TextCleanup.OPENAI);
        for (Json one : cases()) {
            Encoded encoded = tokenizer.tokenize(one.string("text"));
            assertArrayEquals(ints(one.get("padded_77")), encoded.ids(), one.string("text"));
            int[] ids = encoded.ids();
            int firstEnd = Arrays.stream(ids).boxed().toList().indexOf(tokenizer.endToken());
            assertEquals(firstEnd, encoded.endIndex());
        }
    }

    @Test
    void fastFormatOfSdxlGivesTheSameIds() throws IOException {
        Path folder = GoldenTokenizer.folder("pipeline/tiny_sdxl/model/tokenizer_2");
        Tokenizer tokenizer = Tokenizer.load(folder);
        Tokenizer first = Tokenizer.load(GoldenTokenizer.folder("pipeline/tiny_sdxl/model/tokenizer"));
        assertHolds(first, "tokens_transformers");
        for (Json one : cases()) {
            if (!one.string("text").contains("!")) {
                assertArrayEquals(ints(one.get("tokens_transformers")), tokenizer.encode(one.string("text")));
            }
        }
        assertEquals(0, tokenizer.padToken());
        assertEquals(77, tokenizer.maxLength());
        Encoded encoded = tokenizer.tokenize("a cat");
        assertEquals(3, encoded.endIndex());
        assertArrayEquals(new int[] {49406, 320, 2368, 49407, 0, 0}, Arrays.copyOf(encoded.ids(), 6));
        assertArrayEquals(Tokenizer.load(folder.resolve("tokenizer.json")).encode("a cat"), tokenizer.encode("a cat"));
    }

    /** Ids from the tokenizers library, which takes the padding token out of the text before anything else. */
    @Test
    void aPaddingTokenInTheTextIsItself() throws IOException {
        Tokenizer second = Tokenizer.load(GoldenTokenizer.folder("pipeline/tiny_sdxl/model/tokenizer_2"));
        Tokenizer first = Tokenizer.load(GoldenTokenizer.folder("tokenizer"));
        assertArrayEquals(new int[] {2781, 0, 830, 0, 0}, second.encode("wow! great!!"));
        assertArrayEquals(new int[] {2781, 256, 830, 748}, first.encode("wow! great!!"));
    }

    @Test
    void openAiFileGivesTheSameVocabulary(@TempDir Path folder) throws IOException {
        Path golden = GoldenTokenizer.folder("tokenizer");
        Path file = folder.resolve("bpe_simple_vocab_16e6.txt.gz");
        String merges = Files.readString(golden.resolve("merges.txt")).strip();
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            // OpenAI's file goes on after the merges that CLIP uses.
            out.write((merges + "\nnever used\n").getBytes(StandardCharsets.UTF_8));
        }
        Tokenizer tokenizer = Tokenizer.load(file);
        assertEquals(49408, tokenizer.vocabularySize());
        assertEquals(49406, tokenizer.startToken());
        assertEquals(49407, tokenizer.endToken());
        assertEquals(49407, tokenizer.padToken());
        assertHolds(tokenizer, "tokens_transformers");
        tokenizer.save(folder.resolve("saved"));
        assertEquals(
                Json.parse(Files.readString(golden.resolve("vocab.json"))),
                Json.parse(Files.readString(folder.resolve("saved/vocab.json"))));
        assertEquals(
                merges, Files.readString(folder.resolve("saved/merges.txt")).strip());
    }

    @Test
    void whatIsCutIsTold() throws IOException {
        Tokenizer tokenizer = Tokenizer.load(GoldenTokenizer.folder("tokenizer"));
        Encoded exact = tokenizer.tokenize("word ".repeat(75));
        assertEquals("", exact.dropped());
        assertFalse(exact.truncated());
        assertEquals(76, exact.endIndex());
        Encoded longer = tokenizer.tokenize("word ".repeat(75) + "Red BALLOON");
        assertEquals("red balloon", longer.dropped());
        assertTrue(longer.truncated());
        assertEquals(77, longer.ids().length);
        assertEquals(tokenizer.endToken(), longer.ids()[76]);
    }
}
