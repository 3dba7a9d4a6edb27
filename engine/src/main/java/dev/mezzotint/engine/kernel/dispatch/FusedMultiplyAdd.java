package dev.mezzotint.engine.kernel.dispatch;

/**
 * Whether {@link Math#fma} is one instruction here. Where it is not (x86 processors from before 2013, {@code -XX:-UseFMA},
 * {@code -XX:UseAVX=0}), Java calculates it with decimal numbers, and each vector of the SIMD kernels becomes an object on the
 * way: they are then hundreds of times slower than scalar ones.
 */
final class FusedMultiplyAdd {
    private static final int ROUNDS = 8;
    private static final int CALLS = 32;

    /** Measured: an instruction takes 10 ns even when interpreted, decimals take 280 when compiled and 9000 when not. */
    private static final int MOST_NANOS = 100;

    private FusedMultiplyAdd() {}

    /** Nothing in Java tells, so it times a few calls: 3 µs where it is an instruction. */
    static boolean isInstruction() {
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            float x = 0.3f;
            for (int call = 0; call < CALLS; call++) {
                x = Math.fma(x, 0.9f, 0.7f);
            }
            // The sum is used, so that its calculation is not left out.
            if (System.nanoTime() - start < (long) CALLS * MOST_NANOS && x > 0) {
                return true;
            }
        }
        return false;
    }
}
