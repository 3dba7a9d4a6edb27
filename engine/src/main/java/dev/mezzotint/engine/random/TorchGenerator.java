package dev.mezzotint.engine.random;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * PyTorch's CPU generator: the same seed and the same calls give the same numbers as {@code torch.Generator("cpu")}.
 *
 * <p>Integers, uniform numbers and permutations are the same to the bit. Draws of 16 normals or more are the same to
 * the bit as those of PyTorch on x86 with AVX2; shorter ones, and PyTorch on other processors, may differ in the last
 * place.
 *
 * <p>Not safe for use by several threads at once.
 */
public final class TorchGenerator {
    // Layout of torch.Generator.get_state(): seed, left, seeded, next, 624 words of 64 bits, normal_x, normal_y,
    // normal_rho, normal_is_valid, padding, a float and its validity, padding.
    private static final int STATE_BYTES = 5056;
    private static final int STATE_LEFT = 8;
    private static final int STATE_SEEDED = 12;
    private static final int STATE_NEXT = 16;
    private static final int STATE_WORDS = 24;
    private static final int STATE_NORMAL = 5024;
    private static final int STATE_NORMAL_VALID = 5040;

    private static final int BLOCK = BoxMuller.BLOCK;

    private final long seed;
    private final MersenneTwister twister;

    // A draw of fewer than 16 normals makes them in pairs and keeps the second of a pair for the next such draw.
    private boolean cached;
    private double cachedNormal;

    /** As {@code torch.Generator().manual_seed(seed)}; the low 32 bits of the seed count, as in PyTorch. */
    public TorchGenerator(long seed) {
        this.seed = seed;
        this.twister = new MersenneTwister((int) seed);
    }

    private TorchGenerator(long seed, MersenneTwister twister) {
        this.seed = seed;
        this.twister = twister;
    }

    /**
     * Writes what one call of {@code torch.randn(n)} gives to {@code dst[off … off+n-1]}.
     *
     * @throws IndexOutOfBoundsException if that range is not inside {@code dst}
     */
    public void normal(float[] dst, int off, int n) {
        Objects.checkFromIndexSize(off, n, dst.length);
        if (n < BLOCK) {
            for (int i = 0; i < n; i++) {
                dst[off + i] = (float) nextNormal();
            }
            return;
        }
        uniform(dst, off, n);
        for (int i = 0; i + BLOCK <= n; i += BLOCK) {
            BoxMuller.transform(dst, off + i);
        }
        if (n % BLOCK != 0) {
            // PyTorch draws the last sixteen anew, over normals already made.
            int tail = off + n - BLOCK;
            uniform(dst, tail, BLOCK);
            BoxMuller.transform(dst, tail);
        }
    }

    /** One call of {@code torch.randn(n)}. */
    public float[] randn(int n) {
        float[] normals = new float[n];
        normal(normals, 0, n);
        return normals;
    }

    /**
     * Writes what one call of {@code torch.rand(n)} gives, numbers of 24 bits in [0, 1), to {@code dst[off … off+n-1]}.
     *
     * @throws IndexOutOfBoundsException if that range is not inside {@code dst}
     */
    public void uniform(float[] dst, int off, int n) {
        Objects.checkFromIndexSize(off, n, dst.length);
        for (int i = 0; i < n; i++) {
            dst[off + i] = nextFloat();
        }
    }

    /** The next number of {@code torch.rand}: 24 bits, in [0, 1). */
    public float nextFloat() {
        return (twister.nextBits() & 0xFFFFFF) * 0x1p-24f;
    }

    /**
     * The next number of {@code torch.randint(bound)}.
     *
     * @throws IllegalArgumentException if {@code bound} is not positive
     */
    public int nextInt(int bound) {
        if (bound <= 0) {
            throw new IllegalArgumentException("the bound of a random integer is " + bound + "; it must be positive");
        }
        // PyTorch takes 64 bits from here on, so that the remainder stays near uniform.
        return bound >= 1 << 28
                ? (int) Long.remainderUnsigned(nextBits64(), bound)
                : Integer.remainderUnsigned(twister.nextBits(), bound);
    }

    /** One call of {@code torch.randperm(n)}: the numbers 0 … n-1 in random order. */
    public int[] permutation(int n) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            order[i] = i;
        }
        boolean wide = n >= 0xFFFF_FFFFL / 20;
        for (int i = 0; i < n - 1; i++) {
            int left = n - i;
            int other = i
                    + (wide
                            ? (int) Long.remainderUnsigned(nextBits64(), left)
                            : Integer.remainderUnsigned(twister.nextBits(), left));
            int swapped = order[i];
            order[i] = order[other];
            order[other] = swapped;
        }
        return order;
    }

    /** Everything that decides what comes next, byte for byte as {@code torch.Generator.get_state()} gives it. */
    public byte[] state() {
        ByteBuffer state = ByteBuffer.allocate(STATE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        state.putLong(0, seed);
        state.putInt(STATE_LEFT, twister.left());
        state.putInt(STATE_SEEDED, 1);
        state.putLong(STATE_NEXT, twister.next());
        for (int i = 0; i < MersenneTwister.WORDS; i++) {
            state.putLong(STATE_WORDS + 8 * i, Integer.toUnsignedLong(twister.word(i)));
        }
        if (cached) {
            state.putDouble(STATE_NORMAL, cachedNormal);
            state.putInt(STATE_NORMAL_VALID, 1);
        }
        return state.array();
    }

    /**
     * A generator that goes on from what {@link #state} or {@code torch.Generator.get_state()} gave.
     *
     * @throws IllegalArgumentException if the bytes are no such state
     */
    public static TorchGenerator ofState(byte[] bytes) {
        if (bytes.length != STATE_BYTES) {
            throw new IllegalArgumentException("a random generator's state has " + bytes.length
                    + " bytes; it must have " + STATE_BYTES + ", as torch.Generator.get_state() gives");
        }
        ByteBuffer state = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int left = state.getInt(STATE_LEFT);
        long next = state.getLong(STATE_NEXT);
        // A new generator has one word left and stands at 0; after that both run against each other.
        boolean unused = left == 1 && next == 0;
        if (left < 1 || left > MersenneTwister.WORDS || (!unused && next != MersenneTwister.WORDS + 1 - left)) {
            throw new IllegalArgumentException("a random generator's state is damaged (" + left
                    + " words left, next is " + next + "); start again from a seed");
        }
        int[] words = new int[MersenneTwister.WORDS];
        for (int i = 0; i < words.length; i++) {
            words[i] = (int) state.getLong(STATE_WORDS + 8 * i);
        }
        TorchGenerator generator = new TorchGenerator(state.getLong(0), new MersenneTwister(words, left, (int) next));
        generator.cached = state.getInt(STATE_NORMAL_VALID) != 0;
        generator.cachedNormal = generator.cached ? state.getDouble(STATE_NORMAL) : 0;
        return generator;
    }

    private long nextBits64() {
        long high = twister.nextBits();
        return high << 32 | Integer.toUnsignedLong(twister.nextBits());
    }

    private double nextDouble() {
        return (nextBits64() & (1L << 53) - 1) * 0x1p-53;
    }

    private double nextNormal() {
        if (cached) {
            cached = false;
            return cachedNormal;
        }
        double angle = 2 * Math.PI * nextDouble();
        double radius = Math.sqrt(-2 * Math.log1p(-nextDouble()));
        cachedNormal = radius * Math.sin(angle);
        cached = true;
        return radius * Math.cos(angle);
    }
}
