package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimdExpTest {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** Vectors in a row of a panel. */
    private static final int VECTORS = TileProduct.PANEL / SPECIES.length();

    @Test
    void expIsAccurateOverItsWholeRange() {
        assertTrue(worstRelativeError(SimdExp::exp, Math::exp, -87f, 88.7228f) < 2e-7);
    }

    @Test
    void powerOfTwoIsAccurateOverItsWholeRange() {
        assertTrue(worstRelativeError(SimdExpTest::powerOfTwo, x -> Math.pow(2, x), -126f, 63.4f) < 2e-7);
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
        for (float x : new float[] {-127f, -1e4f, -1e30f, -Float.MAX_VALUE, Float.NEGATIVE_INFINITY}) {
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

    /** By whole rows of a panel and by a single vector, which must agree. */
    private static FloatVector powerOfTwo(FloatVector x) {
        FloatVector whole = powerOfTwo(x, VECTORS);
        assertArrayEquals(powerOfTwo(x, 1).toArray(), whole.toArray());
        return whole;
    }

    private static FloatVector powerOfTwo(FloatVector x, int vectors) {
        float[] values = new float[TileProduct.PANEL];
        float[] sums = new float[values.length];
        int last = (vectors - 1) * SPECIES.length();
        x.intoArray(values, last);
        SimdExp.powersOfTwo(1, vectors, values, sums);
        FloatVector sum = FloatVector.fromArray(SPECIES, sums, last);
        assertArrayEquals(FloatVector.fromArray(SPECIES, values, last).toArray(), sum.toArray());
        return sum;
    }

    @ParameterizedTest(name = "{0} vectors")
    @ValueSource(ints = {1, 2, 3, 4})
    void powersOfTwoGoDownThePanelAndAddUp(int vectors) {
        assumeTrue(vectors <= VECTORS);
        int columns = vectors * SPECIES.length();
        int stride = TileProduct.PANEL;
        float[] values = new float[4 * stride];
        Arrays.fill(values, Float.NaN);
        for (int i = 0; i < columns; i++) {
            for (int row = 0; row < 4; row++) {
                values[row * stride + i] = row == 3 ? Float.NEGATIVE_INFINITY : row - 2;
            }
        }
        float[] sums = new float[columns];
        assertFalse(SimdExp.powersOfTwo(4, vectors, values, sums));
        for (int i = 0; i < columns; i++) {
            assertEquals(1.75f, sums[i]);
            assertEquals(0.25f, values[i]);
            assertEquals(0.5f, values[stride + i]);
            assertEquals(1f, values[2 * stride + i]);
            assertEquals(0f, values[3 * stride + i]);
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(floats = {63.51f, 64f, 127f, 128f, 300f, 600f, 1e4f, 1e7f, 1e30f, Float.POSITIVE_INFINITY, Float.NaN})
    void oneValueThatIsTooHighIsNoticed(float value) {
        for (int vectors = 1; vectors <= VECTORS; vectors++) {
            int columns = vectors * SPECIES.length();
            float[] sums = new float[columns];
            for (int lane = 0; lane < columns; lane++) {
                float[] values = new float[3 * TileProduct.PANEL];
                values[TileProduct.PANEL + lane] = value;
                assertTrue(SimdExp.powersOfTwo(3, vectors, values, sums), "lane " + lane);
            }
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
