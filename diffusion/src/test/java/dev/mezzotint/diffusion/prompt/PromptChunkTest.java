package dev.mezzotint.diffusion.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.clip.tokenizer.Tokenizer;
import dev.mezzotint.clip.tokenizer.TokenizerTrainer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromptChunkTest {
    private static final Tokenizer TOKENIZER = SmallTower.TOKENIZER;

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a red cube", "a, b: c! xyz", "two words<|endoftext|>more", "žluť 猫"})
    void oneChunkIsWhatTheTokenizerGives(String prompt) {
        List<PromptChunk> chunks = PromptChunk.split(TOKENIZER, prompt);
        assertEquals(1, chunks.size());
        assertArrayEquals(TOKENIZER.tokenize(prompt).ids(), chunks.getFirst().ids());
        assertArrayEquals(ones(), chunks.getFirst().weights());
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,1", "74,1", "75,1", "76,2", "149,2", "150,2", "151,3", "226,4"})
    void chunksHoldSeventyFiveTokensEach(int tokens, int expected) {
        String prompt = "a ".repeat(tokens);
        assertEquals(tokens, TOKENIZER.encode(prompt).length);
        List<PromptChunk> chunks = PromptChunk.split(TOKENIZER, prompt);
        assertEquals(expected, chunks.size());
        for (int i = 0; i < expected; i++) {
            String part = "a ".repeat(Math.min(75, tokens - 75 * i));
            assertArrayEquals(TOKENIZER.tokenize(part).ids(), chunks.get(i).ids());
        }
    }

    @Test
    void everyChunkIsPaddedAsTheTokenizerPads(@TempDir Path folder) {
        Tokenizer padded = SmallTower.paddedWithZero(folder);
        assertEquals(0, padded.padToken());
        List<PromptChunk> chunks = PromptChunk.split(padded, "a ".repeat(76));
        assertArrayEquals(padded.tokenize("a ".repeat(75)).ids(), chunks.get(0).ids());
        assertEquals(padded.endToken(), chunks.get(0).ids()[76]);
        int[] last = chunks.get(1).ids();
        assertArrayEquals(
                new int[] {padded.startToken(), padded.encode("a")[0], padded.endToken(), 0}, Arrays.copyOf(last, 4));
        assertTrue(Arrays.stream(last).skip(3).allMatch(id -> id == 0));
        assertArrayEquals(padded.tokenize("").ids(), PromptChunk.empty(padded).ids());
        assertArrayEquals(ones(), PromptChunk.empty(padded).weights());
    }

    @ParameterizedTest
    @CsvSource({
        // A comma among the last 20 of 75 tokens takes what follows it along; the border stays otherwise.
        "55,56",
        "60,61",
        "73,74",
        "74,75",
        "54,75",
        "0,75"
    })
    void bordersMoveBackToAComma(int comma, int firstChunk) {
        String prompt = "a ".repeat(comma) + ", " + "cube ".repeat(100 - comma - 1);
        List<PromptChunk> chunks = PromptChunk.split(TOKENIZER, prompt);
        assertEquals(100, TOKENIZER.encode(prompt).length);
        assertEquals(List.of(firstChunk, 100 - firstChunk), sizes(chunks));
        assertArrayEquals(TOKENIZER.encode(prompt), tokens(chunks));
    }

    @Test
    void aCommaThatBeginsAChunkMovesNothing() {
        String prompt = "a ".repeat(70) + ", b b b b, cube";
        assertEquals(77, TOKENIZER.encode(prompt).length);
        assertEquals(List.of(75, 2), sizes(PromptChunk.split(TOKENIZER, prompt)));
    }

    @Test
    void breakEndsAChunk() {
        assertEquals(List.of(1, 2), sizes(PromptChunk.split(TOKENIZER, "a BREAK red cube")));
        assertEquals(List.of(0, 1), sizes(PromptChunk.split(TOKENIZER, "BREAK a")));
        assertEquals(List.of(1), sizes(PromptChunk.split(TOKENIZER, "a BREAK")));
        assertEquals(List.of(0), sizes(PromptChunk.split(TOKENIZER, "BREAK")));
        assertEquals(List.of(1, 0, 1), sizes(PromptChunk.split(TOKENIZER, "a BREAK BREAK a")));
        assertEquals(List.of(75, 1), sizes(PromptChunk.split(TOKENIZER, "a ".repeat(75) + "BREAK a")));
        assertEquals(List.of(75, 1, 1), sizes(PromptChunk.split(TOKENIZER, "a ".repeat(76) + "BREAK a")));
    }

    @Test
    void weightsStandAtTheirTokens() {
        PromptChunk chunk = PromptChunk.split(TOKENIZER, "a (red cube:1.5) a").getFirst();
        assertArrayEquals(TOKENIZER.tokenize("a red cube a").ids(), chunk.ids());
        double[] expected = ones();
        expected[2] = 1.5;
        expected[3] = 1.5;
        assertArrayEquals(expected, chunk.weights());

        // The border moves back to the comma, and the weights move with their tokens.
        List<PromptChunk> two = PromptChunk.split(TOKENIZER, "a ".repeat(70) + ", a a (cube:2) a a (red:3)");
        double[] moved = ones();
        moved[3] = 2;
        moved[6] = 3;
        assertArrayEquals(ones(), two.get(0).weights());
        assertArrayEquals(moved, two.get(1).weights());
    }

    @Test
    void noTokenIsLostAndNoneIsMade() {
        Random random = new Random(3);
        List<String> words = List.of("a", "red", "cube", ",", "(sphere:1.2)", "[floor]", "xyz", "BREAK", "((left");
        for (int round = 0; round < 300; round++) {
            String prompt = random.ints(random.nextInt(250), 0, words.size())
                    .mapToObj(words::get)
                    .collect(Collectors.joining(" "));
            int[] expected = PromptSyntax.parse(prompt).stream()
                    .flatMap(List::stream)
                    .flatMapToInt(text -> Arrays.stream(TOKENIZER.encode(text.text())))
                    .toArray();
            List<PromptChunk> chunks = PromptChunk.split(TOKENIZER, prompt);
            assertArrayEquals(expected, tokens(chunks), prompt);
            for (PromptChunk chunk : chunks) {
                assertEquals(77, chunk.ids().length);
                assertEquals(1, chunk.weights()[0]);
                IntStream.range(0, 77)
                        .filter(i -> chunk.ids()[i] == TOKENIZER.endToken())
                        .forEach(i -> assertEquals(1, chunk.weights()[i]));
            }
        }
    }

    @Test
    void shortestTokenizersStillCut() {
        Tokenizer tiny = TokenizerTrainer.train(List.of("a b a b"), 4, 3);
        List<PromptChunk> chunks = PromptChunk.split(tiny, "a,,a a,");
        assertEquals(tiny.encode("a,,a a,").length, chunks.size());
    }

    private static double[] ones() {
        double[] ones = new double[77];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static List<Integer> sizes(List<PromptChunk> chunks) {
        List<Integer> sizes = new ArrayList<>();
        for (PromptChunk chunk : chunks) {
            int end = 1;
            while (chunk.ids()[end] != TOKENIZER.endToken()) {
                end++;
            }
            sizes.add(end - 1);
        }
        return sizes;
    }

    private static int[] tokens(List<PromptChunk> chunks) {
        return chunks.stream()
                .flatMapToInt(chunk -> Arrays.stream(chunk.ids()).skip(1).takeWhile(id -> id != TOKENIZER.endToken()))
                .toArray();
    }
}
