package dev.mezzotint.engine.random;

/**
 * MT19937, 32 bits a word.
 *
 * <p>Matsumoto and Nishimura, "Mersenne Twister: a 623-dimensionally equidistributed uniform pseudo-random number
 * generator", 1998.
 */
final class MersenneTwister {
    static final int WORDS = 624;
    private static final int SHIFT = 397;

    private final int[] state = new int[WORDS];

    /** How many words of the present block are left, as PyTorch counts: 1 means the next word begins a new block. */
    private int left = 1;

    private int next;

    MersenneTwister(int seed) {
        state[0] = seed;
        for (int i = 1; i < WORDS; i++) {
            state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
        }
    }

    MersenneTwister(int[] state, int left, int next) {
        System.arraycopy(state, 0, this.state, 0, WORDS);
        this.left = left;
        this.next = next;
    }

    int word(int i) {
        return state[i];
    }

    int left() {
        return left;
    }

    int next() {
        return next;
    }

    /** The next 32 random bits. */
    int nextBits() {
        if (--left == 0) {
            generate();
        }
        int y = state[next++];
        y ^= y >>> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >>> 18);
    }

    private void generate() {
        left = WORDS;
        next = 0;
        for (int i = 0; i < WORDS; i++) {
            int from = i + SHIFT;
            state[i] = state[from < WORDS ? from : from - WORDS] ^ twist(state[i], state[i + 1 < WORDS ? i + 1 : 0]);
        }
    }

    private static int twist(int u, int v) {
        int mixed = (u & 0x80000000) | (v & 0x7fffffff);
        return (mixed >>> 1) ^ (-(v & 1) & 0x9908b0df);
    }
}
