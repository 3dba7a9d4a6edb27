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

    // ROUND for a polynomial that is 2⁶⁴ times as large, which 64 less make up for. What rounds to less than 64 is
    // below 1.5 · 2²³ then, and has no bits but those of 1.5 · 2²³ − 1; everything else has.
    private static final float SCALE = 0x1p64f;
    private static final float ROUND_SCALED = ROUND - 64f;
    private static final int TOO_HIGH = ~Float.floatToRawIntBits(ROUND - 1f);

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
     * Powers of two in place of the rows of a panel: each value x becomes 2ˣ, and {@code sums} receives the sum of each lane.
     * From −127 down the powers are 0; the relative error is below 2e-7 from −126 on.
     *
     * <p>Spelled out over arrays, not over vectors as {@link #exp} is: C2 would not always inline the call into the inner
     * loops of attention, and each vector that crosses a call becomes an object (measured: a third of the speed).
     *
     * @param vectors how many vectors of each row count, at most 4; likewise of the sums
     * @return whether some value was 63.5 or more, or NaN without a sign: then the results may mean nothing
     */
    static boolean powersOfTwo(int rows, int vectors, float[] panel, float[] sums) {
        if (TileProduct.MANY_REGISTERS && vectors == 4) {
            return wholeRows(rows, panel, sums);
        }
        boolean tooHigh = false;
        for (int vector = 0; vector < vectors; vector++) {
            tooHigh |= column(rows, panel, vector * LANES, sums);
        }
        return tooHigh;
    }

    // Step by step for four vectors, because each alone would wait for its own last step.
    private static boolean wholeRows(int rows, float[] panel, float[] sums) {
        FloatVector c5 = FloatVector.broadcast(SPECIES, 0.0013264658f * SCALE);
        FloatVector c4 = FloatVector.broadcast(SPECIES, 0.009671566f * SCALE);
        FloatVector c3 = FloatVector.broadcast(SPECIES, 0.055507343f * SCALE);
        FloatVector c2 = FloatVector.broadcast(SPECIES, 0.24022241f * SCALE);
        FloatVector c1 = FloatVector.broadcast(SPECIES, 0.693147f * SCALE);
        FloatVector c0 = FloatVector.broadcast(SPECIES, SCALE);
        FloatVector round = FloatVector.broadcast(SPECIES, ROUND_SCALED);
        FloatVector sum0 = FloatVector.zero(SPECIES);
        FloatVector sum1 = FloatVector.zero(SPECIES);
        FloatVector sum2 = FloatVector.zero(SPECIES);
        FloatVector sum3 = FloatVector.zero(SPECIES);
        IntVector seen01 = sum0.reinterpretAsInts();
        IntVector seen23 = sum0.reinterpretAsInts();
        for (int row = 0; row < rows; row++) {
            int at = row * PANEL;
            // Negative numbers, as unsigned integers, are larger than positive ones, and the larger the lower they are.
            FloatVector x0 = FloatVector.fromArray(SPECIES, panel, at)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.UMIN, LOWEST_POWER)
                    .reinterpretAsFloats();
            FloatVector x1 = FloatVector.fromArray(SPECIES, panel, at + LANES)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.UMIN, LOWEST_POWER)
                    .reinterpretAsFloats();
            FloatVector x2 = FloatVector.fromArray(SPECIES, panel, at + 2 * LANES)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.UMIN, LOWEST_POWER)
                    .reinterpretAsFloats();
            FloatVector x3 = FloatVector.fromArray(SPECIES, panel, at + 3 * LANES)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.UMIN, LOWEST_POWER)
                    .reinterpretAsFloats();
            FloatVector n0 = x0.add(round);
            FloatVector n1 = x1.add(round);
            FloatVector n2 = x2.add(round);
            FloatVector n3 = x3.add(round);
            seen01 = seen01.or(n0.reinterpretAsInts()).or(n1.reinterpretAsInts());
            seen23 = seen23.or(n2.reinterpretAsInts()).or(n3.reinterpretAsInts());
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
            p0 = p0.fma(x0, c0);
            p1 = p1.fma(x1, c0);
            p2 = p2.fma(x2, c0);
            p3 = p3.fma(x3, c0);
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
        return seen01.or(seen23).and(TOO_HIGH).compare(VectorOperators.NE, 0).anyTrue();
    }

    private static boolean column(int rows, float[] panel, int lane, float[] sums) {
        FloatVector c5 = FloatVector.broadcast(SPECIES, 0.0013264658f * SCALE);
        FloatVector c4 = FloatVector.broadcast(SPECIES, 0.009671566f * SCALE);
        FloatVector c3 = FloatVector.broadcast(SPECIES, 0.055507343f * SCALE);
        FloatVector c2 = FloatVector.broadcast(SPECIES, 0.24022241f * SCALE);
        FloatVector c1 = FloatVector.broadcast(SPECIES, 0.693147f * SCALE);
        FloatVector c0 = FloatVector.broadcast(SPECIES, SCALE);
        FloatVector round = FloatVector.broadcast(SPECIES, ROUND_SCALED);
        FloatVector sum = FloatVector.zero(SPECIES);
        IntVector seen = sum.reinterpretAsInts();
        for (int row = 0; row < rows; row++) {
            int at = row * PANEL + lane;
            FloatVector x = FloatVector.fromArray(SPECIES, panel, at)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.UMIN, LOWEST_POWER)
                    .reinterpretAsFloats();
            FloatVector n = x.add(round);
            seen = seen.or(n.reinterpretAsInts());
            FloatVector r = x.sub(n.sub(round));
            FloatVector p = c5.fma(r, c4).fma(r, c3).fma(r, c2).fma(r, c1).fma(r, c0);
            p = p.reinterpretAsInts()
                    .add(n.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                    .reinterpretAsFloats();
            p.intoArray(panel, at);
            sum = sum.add(p);
        }
        sum.intoArray(sums, lane);
        return seen.and(TOO_HIGH).compare(VectorOperators.NE, 0).anyTrue();
    }

    private static FloatVector scaleByPower(FloatVector p, FloatVector shifted) {
        return p.reinterpretAsInts()
                .add(shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23))
                .reinterpretAsFloats();
    }
}
