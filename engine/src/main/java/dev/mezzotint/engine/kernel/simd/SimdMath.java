package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Functions of vectors of any species, for use inside a loop. */
final class SimdMath {
    private SimdMath() {}

    /** Derivative of x · σ(x): σ(x) · (1 + x · (1 − σ(x))). */
    static FloatVector siluDerivative(FloatVector x) {
        FloatVector one = FloatVector.broadcast(x.species(), 1f);
        FloatVector gate = one.div(SimdExp.exp(x.neg()).add(1f));
        return gate.mul(x.lanewise(VectorOperators.FMA, one.sub(gate), one));
    }
}
