package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.LANES;
import static dev.mezzotint.engine.kernel.simd.TileProduct.SPECIES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The natural logarithm: x = 2ⁿ · m with m from √½ to √2, and ln m = 2 artanh s with s = (m − 1) / (m + 1), whose series is cut
 * after s⁷: below 3e-8, as s² is at most 0.03.
 */
final class SimdLog {
    static final float LN_2 = 0.6931472f;

    private static final int MANTISSA_BITS = 23;
    private static final int SQRT_HALF = Float.floatToRawIntBits(0.70710677f);

    private SimdLog() {}

    /**
     * Logarithms in place of positive normal numbers, with an error below 2e-7 or a relative one of as much; NaN in place of
     * NaN and ∞.
     *
     * @param length whole vectors
     */
    static void logarithms(int length, float[] x) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, i);
            IntVector bits = v.reinterpretAsInts();
            IntVector n = bits.sub(SQRT_HALF).lanewise(VectorOperators.ASHR, MANTISSA_BITS);
            FloatVector m =
                    bits.sub(n.lanewise(VectorOperators.LSHL, MANTISSA_BITS)).reinterpretAsFloats();
            FloatVector s = m.sub(1f).div(m.add(1f));
            FloatVector z = s.mul(s);
            FloatVector series =
                    z.mul(2f / 7).add(2f / 5).mul(z).add(2f / 3).mul(z).add(2f);
            FloatVector power = (FloatVector) n.convert(VectorOperators.I2F, 0);
            // v − v is 0, or NaN.
            power.mul(LN_2).add(series.mul(s)).add(v.sub(v)).intoArray(x, i);
        }
    }
}
