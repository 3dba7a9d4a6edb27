package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.PeakKernel;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Chains of whole vectors. */
public final class SimdPeak implements PeakKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** Bits in the vectors of all kernels: the widest that the machine and the options of the JVM allow. */
    public static final int VECTOR_BITS = SPECIES.vectorBitSize();

    /** Chains that do not wait for each other: more than latency times units. */
    private static final int CHAINS = 12;

    /**
     * Steps of a chain in a round. Two make the method too large to be inlined: inside the loop of its caller C2 was seen to
     * make code of half the speed.
     */
    private static final int STEPS = 2;

    /** The kernel. */
    public SimdPeak() {}

    @Override
    public int flopsPerRound() {
        return 2 * STEPS * CHAINS * SPECIES.length();
    }

    @Override
    public float run(int rounds) {
        FloatVector x = FloatVector.broadcast(SPECIES, FACTOR);
        FloatVector y = FloatVector.broadcast(SPECIES, FACTOR);
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector v0 = zero;
        FloatVector v1 = zero;
        FloatVector v2 = zero;
        FloatVector v3 = zero;
        FloatVector v4 = zero;
        FloatVector v5 = zero;
        FloatVector v6 = zero;
        FloatVector v7 = zero;
        FloatVector v8 = zero;
        FloatVector v9 = zero;
        FloatVector v10 = zero;
        FloatVector v11 = zero;
        for (int i = 0; i < rounds; i++) {
            v0 = x.fma(y, v0);
            v1 = x.fma(y, v1);
            v2 = x.fma(y, v2);
            v3 = x.fma(y, v3);
            v4 = x.fma(y, v4);
            v5 = x.fma(y, v5);
            v6 = x.fma(y, v6);
            v7 = x.fma(y, v7);
            v8 = x.fma(y, v8);
            v9 = x.fma(y, v9);
            v10 = x.fma(y, v10);
            v11 = x.fma(y, v11);
            v0 = x.fma(y, v0);
            v1 = x.fma(y, v1);
            v2 = x.fma(y, v2);
            v3 = x.fma(y, v3);
            v4 = x.fma(y, v4);
            v5 = x.fma(y, v5);
            v6 = x.fma(y, v6);
            v7 = x.fma(y, v7);
            v8 = x.fma(y, v8);
            v9 = x.fma(y, v9);
            v10 = x.fma(y, v10);
            v11 = x.fma(y, v11);
        }
        FloatVector low = v0.add(v1).add(v2).add(v3).add(v4).add(v5);
        FloatVector high = v6.add(v7).add(v8).add(v9).add(v10).add(v11);
        return low.add(high).reduceLanes(VectorOperators.ADD);
    }
}
