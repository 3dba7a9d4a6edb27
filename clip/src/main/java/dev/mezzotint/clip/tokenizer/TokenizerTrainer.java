package dev.mezzotint.clip.tokenizer;

import dev.mezzotint.engine.checkpoint.FormatException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/**
 * Learns a vocabulary from texts: again and again the pair of neighbouring symbols that occurs most often becomes one
 * symbol (Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword Units", arXiv:1508.07909,
 * algorithm 1). The result depends on how often words occur, not on their order.
 */
public final class TokenizerTrainer {
    /** A pair seen once teaches nothing about other texts. */
    private static final long LEAST_COUNT = 2;

    /** A pair in the queue with the count it had when it was put there. */
    private record Candidate(long count, long pair) {}

    private static final class Word {
        int[] symbols;
        final long count;

        Word(int[] symbols, long count) {
            this.symbols = symbols;
            this.count = count;
        }
    }

    /** Where a pair occurs; {@code words} may name words that have lost it since. */
    private static final class Occurrences {
        long count;
        final Set<Integer> words = new HashSet<>();
    }

    private final List<String> symbols = new ArrayList<>(OpenAiVocabulary.baseSymbols());
    private final Set<String> known = new HashSet<>(symbols);
    private final List<Merges.Pair> merges = new ArrayList<>();
    private final List<Word> words = new ArrayList<>();
    private final Map<Long, Occurrences> pairs = new HashMap<>();
    // The most frequent pair first; of equals the one whose symbols have the lower ids.
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>(
            Comparator.comparingLong(Candidate::count).reversed().thenComparingLong(Candidate::pair));

    private TokenizerTrainer() {}

    /**
     * Learns a tokenizer with CLIP's vocabulary order: 256 bytes, 256 bytes that end a word, what the merges make,
     * start and end token. Padding is the end token, texts are cleaned as {@link TextCleanup#TRANSFORMERS} does.
     *
     * @param corpus texts, such as the captions of a data set
     * @param merges the number of merges wanted; fewer are learnt if no pair is left that occurs twice
     * @param maxLength how many tokens a prompt has, start and end included; 77 in CLIP
     * @throws IllegalArgumentException if merges is negative or maxLength is under 3
     */
    public static Tokenizer train(Iterable<String> corpus, int merges, int maxLength) {
        if (merges < 0) {
            throw new IllegalArgumentException("the number of merges is " + merges + " but must not be negative");
        }
        if (maxLength < 3) {
            throw new IllegalArgumentException("the length of a prompt is " + maxLength
                    + " tokens but must be at least 3, for the start token, a token and the end token");
        }
        TokenizerTrainer trainer = new TokenizerTrainer();
        trainer.count(corpus);
        while (trainer.merges.size() < merges && trainer.mergeMostFrequent()) {}
        try {
            return OpenAiVocabulary.of(trainer.merges, "the corpus", maxLength, TextCleanup.TRANSFORMERS);
        } catch (FormatException e) {
            throw new AssertionError("The trainer made a vocabulary that is not CLIP's", e);
        }
    }

    private void count(Iterable<String> corpus) {
        Map<String, Long> counts = new TreeMap<>();
        for (String text : corpus) {
            WordSplitter.split(TextCleanup.TRANSFORMERS.clean(text), false, word -> counts.merge(word, 1L, Long::sum));
        }
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < symbols.size(); id++) {
            ids.put(symbols.get(id), id);
        }
        counts.forEach((text, count) -> {
            String[] letters = ByteAlphabet.symbols(text);
            int[] word = new int[letters.length];
            for (int i = 0; i < word.length; i++) {
                word[i] = ids.get(letters[i]);
            }
            words.add(new Word(word, count));
        });
        for (int index = 0; index < words.size(); index++) {
            add(index, 1);
        }
        pairs.forEach((pair, occurrences) -> queue.add(new Candidate(occurrences.count, pair)));
    }

    /** Makes one symbol of the most frequent pair; false if none is left that is worth it. */
    private boolean mergeMostFrequent() {
        while (!queue.isEmpty()) {
            Candidate best = queue.remove();
            Occurrences occurrences = pairs.get(best.pair());
            if (occurrences.count != best.count()) {
                // Counts of old pairs only fall: this one waits for its turn.
                queue.add(new Candidate(occurrences.count, best.pair()));
                continue;
            }
            if (best.count() < LEAST_COUNT) {
                return false;
            }
            String left = symbols.get(Merges.left(best.pair()));
            Merges.Pair pair = new Merges.Pair(left, symbols.get(Merges.right(best.pair())));
            if (isSayable(pair)) {
                merge(best.pair(), pair, occurrences);
                return true;
            }
        }
        return false;
    }

    /**
     * Whether the vocabulary can hold what the pair makes: each text once, and the mark of a word's end at a word's end
     * alone (a corpus may have the letters of {@code </w>} inside a word).
     */
    private boolean isSayable(Merges.Pair pair) {
        boolean marked = pair.joined().endsWith(ByteAlphabet.WORD_END);
        return !known.contains(pair.joined()) && marked == pair.right().endsWith(ByteAlphabet.WORD_END);
    }

    private void merge(long pair, Merges.Pair named, Occurrences occurrences) {
        int joined = symbols.size();
        symbols.add(named.joined());
        known.add(named.joined());
        merges.add(named);
        Set<Long> grown = new HashSet<>();
        for (int index : occurrences.words) {
            Word word = words.get(index);
            int[] shorter = replace(word.symbols, Merges.left(pair), Merges.right(pair), joined);
            if (shorter.length < word.symbols.length) {
                add(index, -1);
                word.symbols = shorter;
                add(index, 1);
                for (int i = 0; i + 1 < shorter.length; i++) {
                    if (shorter[i] == joined || shorter[i + 1] == joined) {
                        grown.add(Merges.key(shorter[i], shorter[i + 1]));
                    }
                }
            }
        }
        occurrences.words.clear();
        grown.forEach(key -> queue.add(new Candidate(pairs.get(key).count, key)));
    }

    /** Adds a word's pairs to the counts, or takes them away. */
    private void add(int index, int sign) {
        Word word = words.get(index);
        for (int i = 0; i + 1 < word.symbols.length; i++) {
            Occurrences occurrences =
                    pairs.computeIfAbsent(Merges.key(word.symbols[i], word.symbols[i + 1]), _ -> new Occurrences());
            occurrences.count += sign * word.count;
            if (sign > 0) {
                occurrences.words.add(index);
            }
        }
    }

    private static int[] replace(int[] word, int left, int right, int joined) {
        int[] out = new int[word.length];
        int length = 0;
        for (int i = 0; i < word.length; i++) {
            boolean here = i + 1 < word.length && word[i] == left && word[i + 1] == right;
            out[length++] = here ? joined : word[i];
            i += here ? 1 : 0;
        }
        return Arrays.copyOf(out, length);
    }
}
