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
        float x = 0.999f;
        float y = 0.001f;
        float v0 = x;
        float v1 = x;
        float v2 = x;
        float v3 = x;
        float v4 = x;
        float v5 = x;
        float v6 = x;
        float v7 = x;
        float v8 = x;
        float v9 = x;
        float v10 = x;
        float v11 = x;
        for (int i = 0; i < rounds; i++) {
            v0 = Math.fma(v0, x, y);
            v1 = Math.fma(v1, x, y);
            v2 = Math.fma(v2, x, y);
            v3 = Math.fma(v3, x, y);
            v4 = Math.fma(v4, x, y);
            v5 = Math.fma(v5, x, y);
            v6 = Math.fma(v6, x, y);
            v7 = Math.fma(v7, x, y);
            v8 = Math.fma(v8, x, y);
            v9 = Math.fma(v9, x, y);
            v10 = Math.fma(v10, x, y);
            v11 = Math.fma(v11, x, y);
        }
        return v0 + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9 + v10 + v11;
    }
}
