package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
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

    private static final VectorSpecies<Float> SPECIES = TileProduct.SPECIES;
    private static final int LANES = TileProduct.LANES;
    private static final int PANEL = TileProduct.PANEL;

    // 1.5 · 2²³: adding it rounds to a whole number, which then stands in the lowest bits.
    private static final float ROUND = 12582912f;

    private static final float LOWEST = -87f;
    private static final float HIGHEST = 88.72283f;

    // −127: its power, 1 with 127 taken from the exponent, comes out as exactly 0.
    private static final int LOWEST_POWER = Float.floatToRawIntBits(-127f);

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
     * Powers of two in place of the rows of a panel: the value in lane i becomes 2^(value − shift[i]), {@code sums} receives
     * the sum of each lane, and {@code highest} its largest difference, or 0 if all are negative. Where a difference is above
     * 127 the results mean nothing; from −127 down they are 0. The relative error is below 2e-7 from −126 on.
     *
     * <p>Spelled out over arrays, not over vectors as {@link #exp} is: C2 would not always inline the call into the inner
     * loops of attention, and each vector that crosses a call becomes an object (measured: a third of the speed).
     *
     * @param vectors how many vectors of each row count, at most 4; likewise of the others
     */
    static void powersOfTwo(
            int rows, int vectors, float[] panel, float[] shift, int shiftOffset, float[] sums, float[] highest) {
        if (TileProduct.MANY_REGISTERS && vectors == 4) {
            wholeRows(rows, panel, shift, shiftOffset, sums, highest);
        } else {
            for (int vector = 0; vector < vectors; vector++) {
                column(rows, panel, vector * LANES, shift, shiftOffset + vector * LANES, sums, highest);
            }
        }
    }

    // Step by step for four vectors, because each alone would wait for its own last step.
    private static void wholeRows(
            int rows, float[] panel, float[] shift, int shiftOffset, float[] sums, float[] highest) {
        FloatVector c5 = FloatVector.broadcast(SPECIES, 0.0013264658f);
        FloatVector c4 = FloatVector.broadcast(SPECIES, 0.009671566f);
        FloatVector c3 = FloatVector.broadcast(SPECIES, 0.055507343f);
        FloatVector c2 = FloatVector.broadcast(SPECIES, 0.24022241f);
        FloatVector c1 = FloatVector.broadcast(SPECIES, 0.693147f);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector round = FloatVector.broadcast(SPECIES, ROUND);
        FloatVector shift0 = FloatVector.fromArray(SPECIES, shift, shiftOffset);
        FloatVector shift1 = FloatVector.fromArray(SPECIES, shift, shiftOffset + LANES);
        FloatVector shift2 = FloatVector.fromArray(SPECIES, shift, shiftOffset + 2 * LANES);
        FloatVector shift3 = FloatVector.fromArray(SPECIES, shift, shiftOffset + 3 * LANES);
        FloatVector sum0 = FloatVector.zero(SPECIES);
        FloatVector sum1 = FloatVector.zero(SPECIES);
        FloatVector sum2 = FloatVector.zero(SPECIES);
        FloatVector sum3 = FloatVector.zero(SPECIES);
        IntVector most0 = sum0.reinterpretAsInts();
        IntVector most1 = sum1.reinterpretAsInts();
        IntVector most2 = sum2.reinterpretAsInts();
        IntVector most3 = sum3.reinterpretAsInts();
        for (int row = 0; row < rows; row++) {
            int at = row * PANEL;
            FloatVector x0 = FloatVector.fromArray(SPECIES, panel, at).sub(shift0);
            FloatVector x1 = FloatVector.fromArray(SPECIES, panel, at + LANES).sub(shift1);
            FloatVector x2 =
                    FloatVector.fromArray(SPECIES, panel, at + 2 * LANES).sub(shift2);
            FloatVector x3 =
                    FloatVector.fromArray(SPECIES, panel, at + 3 * LANES).sub(shift3);
            // Numbers that are not negative are ordered as their bits are, and as integers negative ones are negative.
            most0 = most0.max(x0.reinterpretAsInts());
            most1 = most1.max(x1.reinterpretAsInts());
            most2 = most2.max(x2.reinterpretAsInts());
            most3 = most3.max(x3.reinterpretAsInts());
            // Negative numbers, as unsigned integers, are larger than positive ones, and the larger the lower they are.
            x0 = x0.reinterpretAsInts()
                    .lanewise(VectorOperators.UMIN, LOWEST_POWER)
                    .reinterpretAsFloats();
            x1 = x1.reinterpretAsInts()
                    .lanewise(VectorOperators.UMIN, LOWEST_POWER)
                    .reinterpretAsFloats();
            x2 = x2.reinterpretAsInts()
                    .lanewise(VectorOperators.UMIN, LOWEST_POWER)
                    .reinterpretAsFloats();
            x3 = x3.reinterpretAsInts()
                    .lanewise(VectorOperators.UMIN, LOWEST_POWER)
                    .reinterpretAsFloats();
            FloatVector n0 = x0.add(round);
            FloatVector n1 = x1.add(round);
            FloatVector n2 = x2.add(round);
            FloatVector n3 = x3.add(round);
            x0 = x0.sub(n0.sub(round));
            x1 = x1.sub(n1.sub(round));
            x2 = x2.sub(n2.sub(round));
            x3 = x3.sub(n3.sub(round));
            FloatVector p0 = c5.fma(x0, c4);
            FloatVector p1 = c5.fma(x1, c4);
            FloatVector p2 = c5.fma(x2, c4);
            FloatVector p3 = c5.fma(x3, c4);
            p0 = p0.fma(x0, c3);
            p1 = p1.fma(x1, c3);
            p2 = p2.fma(x2, c3);
            p3 = p3.fma(x3, c3);
            p0 = p0.fma(x0, c2);
            p1 = p1.fma(x1, c2);
            p2 = p2.fma(x2, c2);
            p3 = p3.fma(x3, c2);
            p0 = p0.fma(x0, c1);
            p1 = p1.fma(x1, c1);
            p2 = p2.fma(x2, c1);
            p3 = p3.fma(x3, c1);
            p0 = p0.fma(x0, one);
            p1 = p1.fma(x1, one);
            p2 = p2.fma(x2, one);
            p3 = p3.fma(x3, one);
            p0 = p0.reinterpretAsInts()
                    .add(n0.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats();
            p1 = p1.reinterpretAsInts()
                    .add(n1.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats();
            p2 = p2.reinterpretAsInts()
                    .add(n2.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats();
            p3 = p3.reinterpretAsInts()
                    .add(n3.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats();
            p0.intoArray(panel, at);
            p1.intoArray(panel, at + LANES);
            p2.intoArray(panel, at + 2 * LANES);
            p3.intoArray(panel, at + 3 * LANES);
            sum0 = sum0.add(p0);
            sum1 = sum1.add(p1);
            sum2 = sum2.add(p2);
            sum3 = sum3.add(p3);
        }
        sum0.intoArray(sums, 0);
        sum1.intoArray(sums, LANES);
        sum2.intoArray(sums, 2 * LANES);
        sum3.intoArray(sums, 3 * LANES);
        most0.reinterpretAsFloats().intoArray(highest, 0);
        most1.reinterpretAsFloats().intoArray(highest, LANES);
        most2.reinterpretAsFloats().intoArray(highest, 2 * LANES);
        most3.reinterpretAsFloats().intoArray(highest, 3 * LANES);
    }

    private static void column(
            int rows, float[] panel, int lane, float[] shift, int shiftOffset, float[] sums, float[] highest) {
        FloatVector c5 = FloatVector.broadcast(SPECIES, 0.0013264658f);
        FloatVector c4 = FloatVector.broadcast(SPECIES, 0.009671566f);
        FloatVector c3 = FloatVector.broadcast(SPECIES, 0.055507343f);
        FloatVector c2 = FloatVector.broadcast(SPECIES, 0.24022241f);
        FloatVector c1 = FloatVector.broadcast(SPECIES, 0.693147f);
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector round = FloatVector.broadcast(SPECIES, ROUND);
        FloatVector subtrahend = FloatVector.fromArray(SPECIES, shift, shiftOffset);
        FloatVector sum = FloatVector.zero(SPECIES);
        IntVector most = sum.reinterpretAsInts();
        for (int row = 0; row < rows; row++) {
            int at = row * PANEL + lane;
            FloatVector x = FloatVector.fromArray(SPECIES, panel, at).sub(subtrahend);
            most = most.max(x.reinterpretAsInts());
            x = x.reinterpretAsInts()
                    .lanewise(VectorOperators.UMIN, LOWEST_POWER)
                    .reinterpretAsFloats();
            FloatVector n = x.add(round);
            FloatVector r = x.sub(n.sub(round));
            FloatVector p = c5.fma(r, c4).fma(r, c3).fma(r, c2).fma(r, c1).fma(r, one);
            p = p.reinterpretAsInts()
                    .add(n.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats();
            p.intoArray(panel, at);
            sum = sum.add(p);
        }
        sum.intoArray(sums, lane);
        most.reinterpretAsFloats().intoArray(highest, lane);
    }

    private static FloatVector scaleByPower(FloatVector p, FloatVector shifted) {
        return p.reinterpretAsInts()
                .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats();
    }
}
