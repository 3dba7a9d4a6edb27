package dev.mezzotint.diffusion.prompt;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.clip.tokenizer.Tokenizer;
import dev.mezzotint.clip.tokenizer.TokenizerTrainer;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptEncoderTest {
    private static final int LENGTH = 77;

    private static TextTower first;
    private static TextTower second;
    private static PromptEncoder single;
    private static PromptEncoder pair;

    private final Tape tape = Tape.inference(Compute.best());

    @BeforeAll
    static void build(@TempDir Path folder) {
        first = SmallTower.of(SmallTower.TOKENIZER, 1, 8, 3, 0);
        second = SmallTower.of(SmallTower.paddedWithZero(folder), 2, 12, 4, 6);
        single = new PromptEncoder(List.of(first), ContextRule.LAST_LAYER);
        pair = new PromptEncoder(List.of(first, second), ContextRule.PENULTIMATE_AND_POOLED);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void plainPromptsAreEncodedAsTheyEverWere(int clipSkip) {
        List<String> prompts = List.of("", "a red cube, left of a sphere");
        EncodedPrompts encoded = single.encode(tape, prompts, clipSkip);
        assertFalse(encoded.pooled().isPresent());
        assertEquals(Shape.of(2, LENGTH, 8), encoded.context().shape());
        Tensor direct = first.encoder().encode(tape, ids(first, prompts), clipSkip - 1, true);
        assertArrayEquals(direct.data(), encoded.context().data());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void twoTowersStandSideBySide(int clipSkip) {
        List<String> prompts = List.of("blue floor", "", "a small cone");
        EncodedPrompts encoded = pair.encode(tape, prompts, clipSkip);
        assertEquals(Shape.of(3, LENGTH, 20), encoded.context().shape());
        Tensor left = first.encoder().encode(tape, ids(first, prompts), clipSkip, false);
        Tensor right = second.encoder().encode(tape, ids(second, prompts), clipSkip, false);
        for (int row = 0; row < 3 * LENGTH; row++) {
            float[] expected = Arrays.copyOf(Arrays.copyOfRange(left.data(), row * 8, row * 8 + 8), 20);
            System.arraycopy(right.data(), row * 12, expected, 8, 12);
            assertArrayEquals(expected, Arrays.copyOfRange(encoded.context().data(), row * 20, row * 20 + 20));
        }
        ClipTextEncoder encoder = second.encoder();
        int[][] ids = ids(second, prompts);
        Tensor pooled = encoder.project(tape, encoder.pool(tape, encoder.encode(tape, ids), ids));
        assertEquals(Shape.of(3, 6), encoded.pooled().orElseThrow().shape());
        assertArrayEquals(pooled.data(), encoded.pooled().orElseThrow().data());
    }

    @Test
    void longPromptsAreEncodedChunkByChunk() {
        String whole = "a ".repeat(75) + "red cube";
        EncodedPrompts encoded = pair.encode(tape, List.of("cone", whole), 1);
        assertEquals(Shape.of(2, 2 * LENGTH, 20), encoded.context().shape());
        EncodedPrompts parts = pair.encode(tape, List.of("cone", "", "a ".repeat(75), "red cube"), 1);
        assertArrayEquals(parts.context().data(), encoded.context().data());
        float[] pooled = parts.pooled().orElseThrow().data();
        assertArrayEquals(
                Arrays.copyOfRange(pooled, 0, 6),
                Arrays.copyOfRange(encoded.pooled().orElseThrow().data(), 0, 6));
        assertArrayEquals(
                Arrays.copyOfRange(pooled, 12, 18),
                Arrays.copyOfRange(encoded.pooled().orElseThrow().data(), 6, 12));
    }

    @Test
    void breakIsTheSameAsPromptsApart() {
        EncodedPrompts together = single.encode(tape, List.of("red cube BREAK blue cone"), 1);
        EncodedPrompts apart = single.encode(tape, List.of("red cube", "blue cone"), 1);
        assertEquals(Shape.of(1, 2 * LENGTH, 8), together.context().shape());
        assertArrayEquals(apart.context().data(), together.context().data());
    }

    @Test
    void weightsActOnEachTowerApart() {
        EncodedPrompts plain = pair.encode(tape, List.of("a red cube"), 1);
        EncodedPrompts weighted = pair.encode(tape, List.of("a (red:1.5) [cube]"), 1);
        assertArrayEquals(
                plain.pooled().orElseThrow().data(),
                weighted.pooled().orElseThrow().data());
        checkWeighted(plain.context(), weighted.context(), 0, 8);
        checkWeighted(plain.context(), weighted.context(), 8, 20);
    }

    private static void checkWeighted(Tensor plain, Tensor weighted, int from, int to) {
        double before = 0;
        double after = 0;
        for (int token = 0; token < LENGTH; token++) {
            for (int i = from; i < to; i++) {
                before += plain.get(token * 20 + i);
                after += weight(token) * plain.get(token * 20 + i);
            }
        }
        for (int token = 0; token < LENGTH; token++) {
            for (int i = from; i < to; i++) {
                double expected = plain.get(token * 20 + i) * weight(token) * (before / after);
                assertEquals(expected, weighted.get(token * 20 + i), 1e-6 * Math.abs(expected));
            }
        }
    }

    private static double weight(int token) {
        return switch (token) {
            case 2 -> 1.5;
            case 3 -> 1 / 1.1;
            default -> 1;
        };
    }

    @Test
    void resultsOutliveTheTape() {
        EncodedPrompts encoded = pair.encode(tape, List.of("a (red:1.3) cube"), 1);
        float[] context = encoded.context().data().clone();
        float[] pooled = encoded.pooled().orElseThrow().data().clone();
        tape.reset();
        pair.encode(tape, List.of("a blue sphere"), 1);
        assertArrayEquals(context, encoded.context().data());
        assertArrayEquals(pooled, encoded.pooled().orElseThrow().data());
    }

    @Test
    void widthsAreKnownBefore() {
        assertEquals(8, single.contextWidth());
        assertEquals(0, single.pooledWidth());
        assertEquals(3, single.largestClipSkip());
        assertEquals(20, pair.contextWidth());
        assertEquals(6, pair.pooledWidth());
        assertEquals(2, pair.largestClipSkip());
    }

    @Test
    void refusesWhatCannotBeEncoded() {
        refused(() -> single.encode(tape, List.of(), 1), "prompt");
        for (int skip : new int[] {0, -1, 4}) {
            refused(() -> single.encode(tape, List.of("a"), skip), "skip of " + skip + " ", "1 to 3");
        }
        refused(() -> pair.encode(tape, List.of("a"), 3), "1 to 2");
    }

    @Test
    void refusesPartsThatDoNotFit() {
        Tokenizer more = TokenizerTrainer.train(List.of("green torus green torus green torus"), 200, 77);
        Tokenizer longer = TokenizerTrainer.train(List.of("a a"), 1, 78);
        Tokenizer shorter = TokenizerTrainer.train(List.of("a a"), 1, 20);
        ClipTextEncoder small = SmallTower.of(shorter, 1, 8, 1, 0).encoder();
        refused(
                () -> new TextTower(more, small),
                Integer.toString(more.vocabularySize()),
                Integer.toString(shorter.vocabularySize()));
        refused(() -> new TextTower(longer, small), "78", "77");
        TextTower short20 = new TextTower(shorter, small);
        refused(() -> new PromptEncoder(List.of(first, short20), ContextRule.LAST_LAYER), "77", "20");
        refused(() -> new PromptEncoder(List.of(), ContextRule.LAST_LAYER), "at least one");
        refused(() -> new PromptEncoder(List.of(short20), ContextRule.PENULTIMATE_AND_POOLED), "layers");
        refused(() -> new PromptEncoder(List.of(first), ContextRule.PENULTIMATE_AND_POOLED), "text_projection");
        TextTower otherEnd = new TextTower(shorter, second.encoder());
        refused(
                () -> new PromptEncoder(List.of(otherEnd), ContextRule.PENULTIMATE_AND_POOLED),
                Integer.toString(shorter.endToken()),
                Integer.toString(SmallTower.TOKENIZER.endToken()));
    }

    private static void refused(Runnable call, String... named) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        for (String part : named) {
            assertTrue(message.contains(part), message);
        }
    }

    private static int[][] ids(TextTower tower, List<String> prompts) {
        return prompts.stream()
                .map(prompt -> tower.tokenizer().tokenize(prompt).ids())
                .toArray(int[][]::new);
    }
}
