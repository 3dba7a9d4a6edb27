package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;

class SimdExpTest {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    @Test
    void expIsAccurateOverItsWholeRange() {
        assertTrue(worstRelativeError(SimdExp::exp, Math::exp, -87f, 88.7228f) < 2e-7);
    }

    @Test
    void powerOfTwoIsAccurateOverItsWholeRange() {
        assertTrue(worstRelativeError(SimdExpTest::powerOfTwo, x -> Math.pow(2, x), -126f, 1f) < 2e-7);
    }

    @Test
    void expOfZeroIsExactlyOne() {
        assertEquals(1f, exp(0f));
        assertEquals(1f, exp(-0f));
        assertEquals(1f, powerOfTwo(0f));
    }

    @Test
    void exponentsBeyondTheRangeGiveZeroAndInfinity() {
        for (float x : new float[] {-87.01f, -100f, -1e4f, -1e30f, -Float.MAX_VALUE, Float.NEGATIVE_INFINITY}) {
            assertEquals(0f, exp(x), "exp of " + x);
        }
        for (float x : new float[] {88.73f, 100f, 1e4f, 1e30f, Float.MAX_VALUE, Float.POSITIVE_INFINITY}) {
            assertEquals(Float.POSITIVE_INFINITY, exp(x), "exp of " + x);
        }
        for (float x : new float[] {-126.01f, -1e4f, -1e30f, -Float.MAX_VALUE, Float.NEGATIVE_INFINITY}) {
            assertEquals(0f, powerOfTwo(x), "2 to the " + x);
        }
    }

    @Test
    void nanStaysNan() {
        assertTrue(Float.isNaN(exp(Float.NaN)));
        assertTrue(Float.isNaN(powerOfTwo(Float.NaN)));
    }

    private static float exp(float x) {
        return SimdExp.exp(FloatVector.broadcast(SPECIES, x)).lane(SPECIES.length() - 1);
    }

    private static float powerOfTwo(float x) {
        return powerOfTwo(FloatVector.broadcast(SPECIES, x)).lane(0);
    }

    private static FloatVector powerOfTwo(FloatVector x) {
        float[] values = new float[SPECIES.length()];
        float[] sums = new float[SPECIES.length()];
        x.intoArray(values, 0);
        float[] shift = new float[SPECIES.length()];
        SimdExp.powersOfTwo(values, 0, 1, 1, shift, 0, sums, 0);
        assertArrayEquals(values, sums);
        return FloatVector.fromArray(SPECIES, values, 0);
    }

    @Test
    void powersOfTwoGoDownTheColumnsAndAddUp() {
        int lanes = SPECIES.length();
        float[] values = new float[3 * lanes];
        float[] shift = new float[lanes];
        for (int lane = 0; lane < lanes; lane++) {
            shift[lane] = lane + 2;
            for (int row = 0; row < 3; row++) {
                values[row * lanes + lane] = lane + row;
            }
        }
        float[] sums = new float[lanes];
        SimdExp.powersOfTwo(values, 0, lanes, 3, shift, 0, sums, 0);
        for (int lane = 0; lane < lanes; lane++) {
            assertEquals(1.75f, sums[lane]);
            assertEquals(0.25f, values[lane]);
            assertEquals(0.5f, values[lanes + lane]);
            assertEquals(1f, values[2 * lanes + lane]);
        }
    }

    private static double worstRelativeError(
            UnaryOperator<FloatVector> tested, DoubleUnaryOperator exact, float from, float to) {
        int steps = 20_000;
        double worst = 0;
        float[] x = new float[SPECIES.length()];
        for (int i = 0; i < steps; i++) {
            for (int lane = 0; lane < x.length; lane++) {
                x[lane] = from + (to - from) * (i * x.length + lane) / (steps * x.length);
            }
            FloatVector y = tested.apply(FloatVector.fromArray(SPECIES, x, 0));
            for (int lane = 0; lane < x.length; lane++) {
                double expected = exact.applyAsDouble(x[lane]);
                worst = Math.max(worst, Math.abs(y.lane(lane) - expected) / expected);
            }
        }
        return worst;
    }
}
