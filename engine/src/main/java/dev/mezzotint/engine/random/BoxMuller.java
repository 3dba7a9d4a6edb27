package dev.mezzotint.engine.random;

/**
 * The Box-Muller transform in float exactly as PyTorch's vector kernel computes it: Cephes' {@code logf}, {@code sinf}
 * and {@code cosf} with fused multiply-adds where its compiler puts them. Rounding anywhere else changes last bits.
 *
 * <p>Box and Muller, "A note on the generation of random normal deviates", 1958; Moshier, Cephes Math Library, 1992.
 */
final class BoxMuller {
    /** Uniform numbers that one call takes: eight pairs, eight apart. */
    static final int BLOCK = 16;

    private static final float TWO_PI = (float) (2 * Math.PI);
    private static final float SQRT_HALF = 0.70710677f;
    private static final float FOUR_OVER_PI = 1.2732395f;

    private BoxMuller() {}

    /** Turns sixteen numbers uniform in [0, 1) into sixteen normal deviates in place. */
    static void transform(float[] x, int at) {
        for (int i = at; i < at + BLOCK / 2; i++) {
            float radius = (float) Math.sqrt(-2 * log(1 - x[i]));
            float angle = TWO_PI * x[i + BLOCK / 2];
            int octant = (int) (angle * FOUR_OVER_PI) + 1 & ~1;
            float reduced = reduce(angle, octant);
            float sine = sine(reduced);
            float cosine = cosine(reduced);
            boolean swapped = (octant & 2) != 0;
            float sin = swapped ? cosine : sine;
            float cos = swapped ? sine : cosine;
            x[i] = radius * ((octant - 2 & 4) == 0 ? -cos : cos);
            x[i + BLOCK / 2] = radius * ((octant & 4) != 0 ? -sin : sin);
        }
    }

    /** Natural logarithm of a normal, positive number. */
    private static float log(float value) {
        int bits = Float.floatToRawIntBits(value);
        float exponent = (bits >>> 23) - 126;
        float x = Float.intBitsToFloat(bits & 0x7FFFFF | 0x3F000000); // in [0.5, 1)
        if (x < SQRT_HALF) {
            exponent -= 1;
            x = x - 1 + x;
        } else {
            x -= 1;
        }
        float square = x * x;
        float y = 7.0376836292E-2f;
        y = Math.fma(y, x, -1.1514610310E-1f);
        y = Math.fma(y, x, 1.1676998740E-1f);
        y = Math.fma(y, x, -1.2420140846E-1f);
        y = Math.fma(y, x, 1.4249322787E-1f);
        y = Math.fma(y, x, -1.6668057665E-1f);
        y = Math.fma(y, x, 2.0000714765E-1f);
        y = Math.fma(y, x, -2.4999993993E-1f);
        y = Math.fma(y, x, 3.3333331174E-1f);
        y = Math.fma(y * x, square, exponent * -2.12194440e-4f);
        y = Math.fma(-square, 0.5f, y);
        return Math.fma(exponent, 0.693359375f, x + y);
    }

    /** The angle less {@code octant} times π/4, which is subtracted in three parts to keep its low bits. */
    private static float reduce(float angle, int octant) {
        float x = Math.fma(octant, -0.78515625f, angle);
        x = Math.fma(octant, -2.4187564849853515625e-4f, x);
        return Math.fma(octant, -3.77489497744594108e-8f, x);
    }

    /** Sine on [-π/4, π/4]. */
    private static float sine(float x) {
        float square = x * x;
        float y = -1.9515295891E-4f;
        y = Math.fma(y, square, 8.3321608736E-3f);
        y = Math.fma(y, square, -1.6666654611E-1f);
        return Math.fma(y * square, x, x);
    }

    /** Cosine on [-π/4, π/4]. */
    private static float cosine(float x) {
        float square = x * x;
        float y = 2.443315711809948E-005f;
        y = Math.fma(y, square, -1.388731625493765E-003f);
        y = Math.fma(y, square, 4.166664568298827E-002f);
        return Math.fma(y * square, square, -(square * 0.5f)) + 1;
    }
}
