package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.StoredTensor;

/**
 * A tensor of random numbers that is nowhere: an element follows from the seed and the element's place alone
 * (SplitMix64 as a counter-based generator; Steele et al. 2014), so that any row can be drawn without those before it.
 *
 * @param seed of this tensor
 * @param centre mean of the values
 * @param spread values are uniform within this of the centre
 */
record RandomTensor(String origin, DType dtype, int[] shape, long seed, float centre, float spread)
        implements StoredTensor {
    private static final long GAMMA = 0x9E3779B97F4A7C15L;
    private static final int MANTISSA_BITS = 24;

    RandomTensor {
        shape = shape.clone();
    }

    /** A seed for one of many tensors. */
    static long seed(long seed, String name) {
        long mixed = seed;
        for (int i = 0; i < name.length(); i++) {
            mixed = mix(mixed + GAMMA + name.charAt(i));
        }
        return mixed;
    }

    private static long mix(long z) {
        long y = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        long x = (y ^ y >>> 27) * 0x94D049BB133111EBL;
        return x ^ x >>> 31;
    }

    @Override
    public int[] shape() {
        return shape.clone();
    }

    @Override
    public Rows open() {
        long length = rowLength();
        return new Rows() {
            @Override
            public void read(int from, int to, float[] target, int offset) {
                draw(from * length, (int) ((to - from) * length), target, offset);
            }

            @Override
            public void close() {
                // nothing was opened
            }
        };
    }

    private void draw(long first, int count, float[] target, int offset) {
        float unit = spread / (1 << MANTISSA_BITS - 1);
        for (int i = 0; i < count; i++) {
            int signed = (int) (mix(seed + (first + i) * GAMMA) >> Long.SIZE - MANTISSA_BITS);
            target[offset + i] = centre + unit * signed;
        }
    }
}
