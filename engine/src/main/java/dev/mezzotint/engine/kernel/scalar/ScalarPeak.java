package dev.mezzotint.engine.kernel.scalar;

import dev.mezzotint.engine.kernel.PeakKernel;

/** Chains of single floats. */
public final class ScalarPeak implements PeakKernel {
    /** Chains that do not wait for each other: more than latency times units. */
    private static final int CHAINS = 12;

    /** The kernel. */
    public ScalarPeak() {}

    @Override
    public int flopsPerRound() {
        return 2 * CHAINS;
    }

    @Override
    public float run(int rounds) {
        float x = FACTOR;
        float y = FACTOR;
        float v0 = 0;
        float v1 = 0;
        float v2 = 0;
        float v3 = 0;
        float v4 = 0;
        float v5 = 0;
        float v6 = 0;
        float v7 = 0;
        float v8 = 0;
        float v9 = 0;
        float v10 = 0;
        float v11 = 0;
        for (int i = 0; i < rounds; i++) {
            v0 = Math.fma(x, y, v0);
            v1 = Math.fma(x, y, v1);
            v2 = Math.fma(x, y, v2);
            v3 = Math.fma(x, y, v3);
            v4 = Math.fma(x, y, v4);
            v5 = Math.fma(x, y, v5);
            v6 = Math.fma(x, y, v6);
            v7 = Math.fma(x, y, v7);
            v8 = Math.fma(x, y, v8);
            v9 = Math.fma(x, y, v9);
            v10 = Math.fma(x, y, v10);
            v11 = Math.fma(x, y, v11);
        }
        return v0 + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9 + v10 + v11;
    }
}
