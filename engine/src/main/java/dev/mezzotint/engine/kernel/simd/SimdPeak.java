package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.PeakKernel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Chains of whole vectors. */
public final class SimdPeak implements PeakKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** Chains that do not wait for each other: more than latency times units. */
    private static final int CHAINS = 12;

    /** The kernel. */
    public SimdPeak() {}

    @Override
    public int flopsPerRound() {
        return 2 * CHAINS * SPECIES.length();
    }

    @Override
    public float run(int rounds) {
        FloatVector x = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector y = FloatVector.broadcast(SPECIES, 0.001f);
        FloatVector v0 = x;
        FloatVector v1 = x;
        FloatVector v2 = x;
        FloatVector v3 = x;
        FloatVector v4 = x;
        FloatVector v5 = x;
        FloatVector v6 = x;
        FloatVector v7 = x;
        FloatVector v8 = x;
        FloatVector v9 = x;
        FloatVector v10 = x;
        FloatVector v11 = x;
        for (int i = 0; i < rounds; i++) {
            v0 = v0.fma(x, y);
            v1 = v1.fma(x, y);
            v2 = v2.fma(x, y);
            v3 = v3.fma(x, y);
            v4 = v4.fma(x, y);
            v5 = v5.fma(x, y);
            v6 = v6.fma(x, y);
            v7 = v7.fma(x, y);
            v8 = v8.fma(x, y);
            v9 = v9.fma(x, y);
            v10 = v10.fma(x, y);
            v11 = v11.fma(x, y);
        }
        FloatVector low = v0.add(v1).add(v2).add(v3).add(v4).add(v5);
        FloatVector high = v6.add(v7).add(v8).add(v9).add(v10).add(v11);
        return low.add(high).reduceLanes(VectorOperators.ADD);
    }
}
