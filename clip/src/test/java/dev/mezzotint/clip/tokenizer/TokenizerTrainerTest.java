package dev.mezzotint.clip.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizerTrainerTest {
    @TempDir
    Path folder;

    private List<String> merges(List<String> corpus, int count) throws IOException {
        TokenizerTrainer.train(corpus, count, 77).save(folder);
        List<String> lines = Files.readAllLines(folder.resolve("merges.txt"));
        return lines.subList(1, lines.size());
    }

    /** The example of the paper's algorithm 1, counted by hand. */
    @Test
    void mergesTheMostFrequentPairFirst() throws IOException {
        List<String> corpus = new ArrayList<>();
        corpus.addAll(Collections.nCopies(5, "low"));
        corpus.addAll(Collections.nCopies(2, "lower"));
        corpus.addAll(Collections.nCopies(6, "newest"));
        corpus.addAll(Collections.nCopies(3, "widest"));
        // e s, s t</w> and then es t</w> occur 9 times each; of the first two, e has the lower id. l o occurs 7 times.
        assertEquals(List.of("e s", "es t</w>", "l o"), merges(corpus, 3));
    }

    @Test
    void vocabularyStandsInClipsOrder() {
        Tokenizer tokenizer = TokenizerTrainer.train(List.of("cat cat"), 10, 77);
        assertEquals(512 + 2 + 2, tokenizer.vocabularySize(), "two merges make the word; no pair is left");
        assertEquals("!", tokenizer.decode(new int[] {0}));
        assertEquals("!", tokenizer.decode(new int[] {256}));
        assertArrayEquals(new int[] {513}, tokenizer.encode("cat"));
        assertEquals(514, tokenizer.startToken());
        assertEquals(515, tokenizer.endToken());
        assertEquals(515, tokenizer.padToken());
    }

    @Test
    void orderOfTheCorpusDoesNotMatter() throws IOException {
        List<String> corpus = randomCorpus(new Random(3));
        List<String> merges = merges(corpus, 200);
        Collections.shuffle(corpus, new Random(4));
        assertEquals(merges, merges(corpus, 200));
        assertTrue(merges.size() > 100);
    }

    /** The counts kept up to date give what counting everything anew before each merge gives. */
    @Test
    void agreesWithCountingAnew() throws IOException {
        for (int seed = 0; seed < 5; seed++) {
            List<String> corpus = randomCorpus(new Random(seed));
            assertEquals(countAnew(corpus, 60), merges(corpus, 60));
        }
    }

    @Test
    void theLettersOfTheMarkInTheCorpusDoNoHarm() {
        String text = "a</w>b a</w>b x</w> </w>";
        Tokenizer tokenizer = TokenizerTrainer.train(Collections.nCopies(20, text), 100, 77);
        assertEquals("a </ w > b a </ w > b x </ w > </ w >", tokenizer.decode(tokenizer.encode(text)));
    }

    @Test
    void arguments() {
        assertThrows(IllegalArgumentException.class, () -> TokenizerTrainer.train(List.of(), -1, 77));
        assertThrows(IllegalArgumentException.class, () -> TokenizerTrainer.train(List.of(), 5, 2));
        assertEquals(514, TokenizerTrainer.train(List.of(), 5, 77).vocabularySize());
    }

    private static List<String> randomCorpus(Random random) {
        List<String> corpus = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            StringBuilder text = new StringBuilder();
            for (int letters = 30; letters > 0; letters--) {
                text.append("aabcde  ".charAt(random.nextInt(8)));
            }
            corpus.add(text.toString());
        }
        return corpus;
    }

    private static List<String> countAnew(List<String> corpus, int merges) {
        List<List<String>> words = new ArrayList<>();
        for (String text : corpus) {
            for (String word : text.trim().split(" +")) {
                words.add(new ArrayList<>(List.of(ByteAlphabet.symbols(word))));
            }
        }
        List<String> symbols = new ArrayList<>(OpenAiVocabulary.baseSymbols());
        List<String> out = new ArrayList<>();
        while (out.size() < merges) {
            Map<List<Integer>, Integer> counts = new HashMap<>();
            for (List<String> word : words) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    List<Integer> pair = List.of(symbols.indexOf(word.get(i)), symbols.indexOf(word.get(i + 1)));
                    if (!symbols.contains(word.get(i) + word.get(i + 1))) {
                        counts.merge(pair, 1, Integer::sum);
                    }
                }
            }
            List<Integer> best = List.of();
            for (Map.Entry<List<Integer>, Integer> entry : counts.entrySet()) {
                int more = best.isEmpty() ? 1 : entry.getValue() - counts.get(best);
                boolean lower = more == 0
                        && (entry.getKey().get(0) < best.get(0)
                                || (entry.getKey().get(0).equals(best.get(0))
                                        && entry.getKey().get(1) < best.get(1)));
                if (more > 0 || lower) {
                    best = entry.getKey();
                }
            }
            String left = symbols.get(best.get(0));
            String right = symbols.get(best.get(1));
            symbols.add(left + right);
            out.add(left + " " + right);
            for (List<String> word : words) {
                for (int i = 0; i + 1 < word.size(); i++) {
                    if (word.get(i).equals(left) && word.get(i + 1).equals(right)) {
                        word.set(i, left + right);
                        word.remove(i + 1);
                    }
                }
            }
        }
        return out;
    }
}
