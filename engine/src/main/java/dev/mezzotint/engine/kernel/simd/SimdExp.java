package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The exponential function of a vector: range reduction to 2ⁿ · f(r), a minimax polynomial for f, and n added to the
 * exponent bits. No table and no call, so that it lives in registers inside any loop.
 */
final class SimdExp {
    private static final float LOG2_E = 1.44269504f;

    // ln 2 in two parts, the first with so few bits that its product with n is exact.
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;

    // 1.5 · 2²³: adding it rounds to a whole number, which then stands in the lowest bits.
    private static final float ROUND = 12582912f;

    private static final float LOWEST = -87f;
    private static final float HIGHEST = 88.72283f;
    private static final float LOWEST_POWER = -126f;

    private SimdExp() {}

    /**
     * eˣ with a relative error below 2e-7; 0 below −87 (down to −∞), +∞ above 88.72283, NaN of NaN.
     */
    static FloatVector exp(FloatVector x) {
        VectorSpecies<Float> species = x.species();
        FloatVector shifted = x.lanewise(VectorOperators.FMA, LOG2_E, ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.lanewise(VectorOperators.FMA, FloatVector.broadcast(species, -LN2_HIGH), x);
        r = n.lanewise(VectorOperators.FMA, FloatVector.broadcast(species, -LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(species, 0.0013843607f);
        p = p.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(species, 0.008374196f));
        p = p.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(species, 0.041668005f));
        p = p.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(species, 0.1666643f));
        p = p.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(species, 0.49999994f));
        p = p.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(species, 1f));
        p = p.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(species, 1f));
        return scaleByPower(p, shifted)
                .blend(0f, x.compare(VectorOperators.LT, LOWEST))
                .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, HIGHEST));
    }

    /**
     * 2ˣ for x ≤ 0 (up to 127 works) with a relative error below 2e-7; 0 below −126 (down to −∞), NaN of NaN. Attention
     * folds log₂ e into its scale and saves the multiplications of {@link #exp}.
     */
    static FloatVector powerOfTwo(FloatVector x) {
        VectorSpecies<Float> species = x.species();
        FloatVector shifted = x.add(ROUND);
        FloatVector r = x.sub(shifted.sub(ROUND));
        FloatVector p = FloatVector.broadcast(species, 0.0013264658f);
        p = p.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(species, 0.009671566f));
        p = p.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(species, 0.055507343f));
        p = p.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(species, 0.24022241f));
        p = p.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(species, 0.693147f));
        p = p.lanewise(VectorOperators.FMA, r, FloatVector.broadcast(species, 1f));
        return scaleByPower(p, shifted).blend(0f, x.compare(VectorOperators.LT, LOWEST_POWER));
    }

    private static FloatVector scaleByPower(FloatVector p, FloatVector shifted) {
        return p.reinterpretAsInts()
                .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats();
    }
}
