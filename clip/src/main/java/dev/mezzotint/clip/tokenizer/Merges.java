package dev.mezzotint.clip.tokenizer;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;

/** The merges of byte-pair encoding in order of rank (Sennrich, Haddow and Birch, arXiv:1508.07909), and their use. */
final class Merges {
    private static final long STRIDE = 0x1_9E37_79B1L;

    /** Two symbols that become one. */
    record Pair(String left, String right) {
        String joined() {
            return left + right;
        }
    }

    private final List<Pair> pairs;
    private final Map<Long, Integer> rankOf;
    private final int[] joinedId;

    /** @param pairs every symbol of them, and what they join to, is in the vocabulary */
    Merges(List<Pair> pairs, Vocabulary vocabulary) {
        this.pairs = List.copyOf(pairs);
        this.rankOf = HashMap.newHashMap(pairs.size());
        this.joinedId = new int[pairs.size()];
        for (int rank = 0; rank < pairs.size(); rank++) {
            Pair pair = pairs.get(rank);
            int left = vocabulary.find(pair.left()).orElseThrow();
            int right = vocabulary.find(pair.right()).orElseThrow();
            rankOf.put(key(left, right), rank);
            joinedId[rank] = vocabulary.find(pair.joined()).orElseThrow();
        }
    }

    List<Pair> pairs() {
        return pairs;
    }

    /**
     * Merges until no pair is left that has a rank, the lowest rank first and, of equals, the leftmost first. A queue
     * of candidates keeps a word of n bytes at n log n, so that a pasted megabyte without a space does no harm.
     *
     * @param word the ids of a word's one-byte symbols; overwritten
     */
    int[] apply(int[] word) {
        int n = word.length;
        int[] next = new int[n];
        int[] previous = new int[n];
        for (int i = 0; i < n; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
        }
        boolean[] gone = new boolean[n];
        PriorityQueue<Long> candidates = new PriorityQueue<>();
        for (int i = 0; i + 1 < n; i++) {
            offer(candidates, word, i, i + 1);
        }
        while (!candidates.isEmpty()) {
            long candidate = candidates.remove();
            int rank = (int) (candidate >>> 32);
            int at = (int) candidate;
            // A candidate is stale when a neighbour has been merged since it was offered.
            if (gone[at] || next[at] >= n || rank(word[at], word[next[at]]) != rank) {
                continue;
            }
            int eaten = next[at];
            word[at] = joinedId[rank];
            gone[eaten] = true;
            next[at] = next[eaten];
            if (next[at] < n) {
                previous[next[at]] = at;
                offer(candidates, word, at, next[at]);
            }
            if (previous[at] >= 0) {
                offer(candidates, word, previous[at], at);
            }
        }
        int count = 0;
        for (int i = 0; i < n; i++) {
            if (!gone[i]) {
                word[count++] = word[i];
            }
        }
        return Arrays.copyOf(word, count);
    }

    private void offer(PriorityQueue<Long> candidates, int[] word, int at, int next) {
        int rank = rank(word[at], word[next]);
        if (rank >= 0) {
            candidates.add((long) rank << 32 | at);
        }
    }

    private int rank(int left, int right) {
        Integer rank = rankOf.get(key(left, right));
        return rank == null ? -1 : rank;
    }

    /** One number for two ids, ordered as they are; a stride that is no power of two spreads {@link Long#hashCode}. */
    static long key(int left, int right) {
        return left * STRIDE + right;
    }

    static int left(long key) {
        return (int) (key / STRIDE);
    }

    static int right(long key) {
        return (int) (key % STRIDE);
    }
}
