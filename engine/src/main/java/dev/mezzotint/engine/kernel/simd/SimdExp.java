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

    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

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
     * Powers of two down the columns of a matrix, one vector wide: {@code values[r]} becomes 2^(values[r] − shift), and
     * {@code sums} receives their sum. Differences must be at most 127; below −126 the result is 0. The relative error is
     * below 2e-7.
     *
     * <p>Spelled out over arrays, not over vectors as {@link #exp} is: C2 would not always inline the call into the inner
     * loops of attention, and each vector that crosses a call becomes an object (measured: a third of the speed).
     */
    static void powersOfTwo(
            float[] values,
            int offset,
            int stride,
            int rows,
            float[] shift,
            int shiftOffset,
            float[] sums,
            int sumsOffset) {
        FloatVector subtrahend = FloatVector.fromArray(SPECIES, shift, shiftOffset);
        FloatVector c5 = FloatVector.broadcast(SPECIES, 0.0013264658f);
        FloatVector c4 = FloatVector.broadcast(SPECIES, 0.009671566f);
        FloatVector c3 = FloatVector.broadcast(SPECIES, 0.055507343f);
        FloatVector c2 = FloatVector.broadcast(SPECIES, 0.24022241f);
        FloatVector c1 = FloatVector.broadcast(SPECIES, 0.693147f);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector round = FloatVector.broadcast(SPECIES, ROUND);
        FloatVector lowest = FloatVector.broadcast(SPECIES, LOWEST_POWER);
        FloatVector zero = FloatVector.zero(SPECIES);
        FloatVector sum = FloatVector.zero(SPECIES);
        for (int row = 0; row < rows; row++) {
            int at = offset + row * stride;
            FloatVector x = FloatVector.fromArray(SPECIES, values, at).sub(subtrahend);
            FloatVector shifted = x.add(round);
            FloatVector r = x.sub(shifted.sub(round));
            FloatVector p = c5.fma(r, c4).fma(r, c3).fma(r, c2).fma(r, c1).fma(r, one);
            FloatVector y = p.reinterpretAsInts()
                    .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats()
                    .blend(zero, x.compare(VectorOperators.LT, lowest));
            y.intoArray(values, at);
            sum = sum.add(y);
        }
        sum.intoArray(sums, sumsOffset);
    }

    private static FloatVector scaleByPower(FloatVector p, FloatVector shifted) {
        return p.reinterpretAsInts()
                .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats();
    }
}
