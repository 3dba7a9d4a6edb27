package dev.mezzotint.clip.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTest {
    private static final List<String> CORPUS = List.of(
            "a red cube on a table", "a blue cube", "two red spheres on the table", "the reddest cube, the bluest");
    private static final Tokenizer TOY = TokenizerTrainer.train(CORPUS, 30, 16);

    @Test
    void decodingGivesBackCleanedWords() {
        Random random = new Random(7);
        for (int round = 0; round < 500; round++) {
            StringBuilder text = new StringBuilder();
            int words = random.nextInt(6);
            for (int w = 0; w < words; w++) {
                String letters = random.nextBoolean() ? "abcdeRSTUVxyz" : "#%&*+,-./:;=?@^_`{}~$()[]\"";
                int length = 1 + random.nextInt(8);
                for (int i = 0; i < length; i++) {
                    text.append(letters.charAt(random.nextInt(letters.length())));
                }
                text.append(random.nextBoolean() ? " " : "\t \n");
            }
            String cleaned = TextCleanup.TRANSFORMERS.clean(text.toString()).strip();
            assertEquals(cleaned, TOY.decode(TOY.encode(text.toString())));
        }
    }

    @Test
    void anyUnicodeComesBack() {
        for (String text : List.of("猫と魔法使いの帽子", "🦊", "žluťoučký kůň", "ελληνικά", "नमस्ते", "🏴󠁧󠁢󠁷󠁬󠁳󠁿")) {
            assertEquals(text.replace(" ", ""), TOY.decode(TOY.encode(text)).replace(" ", ""));
        }
        assertEquals("\uFFFD", TOY.decode(TOY.encode("\uD83D")));
        assertArrayEquals(TOY.encode("caf\u00E9"), TOY.encode("cafe\u0301"));
    }

    @Test
    void wordsAreCutAsClipCutsThem() {
        assertEquals("don 't x 're 3 5 mm f / 1 . 8 !\"", TOY.decode(TOY.encode("DON'T x're 35mm f/1.8!\"")));
        assertEquals("'s un !' s", TOY.decode(TOY.encode("'sun !'s")));
    }

    @Test
    void markersInTheTextAreThemselves() {
        int[] ids = TOY.encode("<|startoftext|>a<|endoftext|>");
        assertEquals(TOY.startToken(), ids[0]);
        assertEquals(TOY.endToken(), ids[ids.length - 1]);
        assertEquals(3, ids.length);
        Encoded encoded = TOY.tokenize("a<|endoftext|>cube");
        assertEquals(2, encoded.endIndex());
        assertEquals(16, encoded.ids().length);
    }

    @Test
    void promptIsFramedPaddedAndCut() {
        Encoded empty = TOY.tokenize("");
        assertEquals(1, empty.endIndex());
        assertEquals(TOY.startToken(), empty.ids()[0]);
        assertTrue(Arrays.stream(empty.ids()).skip(1).allMatch(id -> id == TOY.padToken()));

        Encoded cut = TOY.tokenize("cube ".repeat(14) + "red table");
        assertEquals(15, cut.endIndex());
        assertEquals("red table", cut.dropped());
        assertEquals("cube ".repeat(14).strip(), TOY.decode(cut.ids()));
    }

    @Test
    void tokensAreFramedIfTheyFit() {
        String text = "cube ".repeat(14);
        assertArrayEquals(TOY.tokenize(text).ids(), TOY.frame(TOY.encode(text)));
        String message = assertThrows(IllegalArgumentException.class, () -> TOY.frame(new int[15]))
                .getMessage();
        assertTrue(message.contains("15") && message.contains("at most 14"), message);
    }

    @Test
    void savedAndLoadedIsTheSame(@TempDir Path folder) throws IOException {
        TOY.save(folder);
        Tokenizer loaded = Tokenizer.load(folder);
        assertEquals(TOY.vocabularySize(), loaded.vocabularySize());
        assertEquals(16, loaded.maxLength());
        assertEquals(TOY.padToken(), loaded.padToken());
        for (String text : List.of("a red cube", "x!<|endoftext|>", "žluť", "")) {
            assertArrayEquals(TOY.encode(text), loaded.encode(text));
            assertArrayEquals(TOY.tokenize(text).ids(), loaded.tokenize(text).ids());
        }
        loaded.save(folder.resolve("again"));
        for (String file : List.of("vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json")) {
            Path again = folder.resolve("again").resolve(file);
            assertEquals(Files.readString(folder.resolve(file)), Files.readString(again));
        }
    }

    @Test
    void settingsAreReadAsTheLibraryReadsThem(@TempDir Path folder) throws IOException {
        TOY.save(folder);
        Path configuration = folder.resolve("tokenizer_config.json");
        Path map = folder.resolve("special_tokens_map.json");
        Files.writeString(configuration, "{\"model_max_length\": 1e30, \"pad_token\": \"<|endoftext|>\"}");
        Files.writeString(map, "{\"pad_token\": {\"content\": \"!\", \"lstrip\": false}}");
        assertEquals(0, Tokenizer.load(folder).padToken());
        assertEquals(77, Tokenizer.load(folder).maxLength());
        Files.delete(map);
        assertEquals(TOY.endToken(), Tokenizer.load(folder).padToken());
        Files.delete(configuration);
        assertEquals(
                TOY.endToken(), Tokenizer.load(folder.resolve("vocab.json")).padToken());
        Files.writeString(folder.resolve("added_tokens.json"), "{\"<cat-toy>\": " + TOY.vocabularySize() + "}");
        Tokenizer grown = Tokenizer.load(folder);
        assertEquals(TOY.vocabularySize() + 1, grown.vocabularySize());
        int[] ids = grown.encode("a <cat-toy>x");
        assertEquals(TOY.vocabularySize(), ids[1]);
        assertEquals("a <cat-toy> x", grown.decode(ids));
    }

    @Test
    void idsOutsideTheVocabularyAreRefused() {
        for (int id : new int[] {-1, TOY.vocabularySize()}) {
            String message = assertThrows(IllegalArgumentException.class, () -> TOY.decode(new int[] {id}))
                    .getMessage();
            assertTrue(message.contains(String.valueOf(id)), message);
        }
    }

    @Test
    void aMegabyteWithoutASpaceIsNoTrouble() {
        String text = "cubered".repeat(150_000);
        Encoded encoded = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> TOY.tokenize(text));
        assertTrue(encoded.truncated());
    }

    @Test
    void threadsShareIt() {
        List<String> texts = IntStream.range(0, 2000)
                .mapToObj(i -> CORPUS.get(i % 4) + " " + i)
                .toList();
        List<int[]> alone = texts.stream()
                .map(TokenizerTrainer.train(CORPUS, 30, 16)::encode)
                .toList();
        List<int[]> together = texts.parallelStream().map(TOY::encode).toList();
        for (int i = 0; i < texts.size(); i++) {
            assertArrayEquals(alone.get(i), together.get(i));
        }
    }
}
