package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops behind the activations, over whole vectors. Each spells out its functions: where a method is compiled that can
 * reach many loops, C2 stops inlining somewhere, and if that is a function of ours inside a loop, each vector becomes an
 * object and the loop ten times as slow. As it is, it stops at the loops.
 */
final class ActivationLoops {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private static final float LOG2_E = 1.442695f;
    private static final float SQRT_3 = 1.7320508f;

    // 1.5 · 2²³: adding it rounds to a whole number, which then stands in the lowest bits.
    private static final float ROUND = 12582912f;

    // 2ʳ for |r| ≤ ½ with a relative error below 2e-7.
    private static final float POWER_5 = 0.0013264658f;
    private static final float POWER_4 = 0.009671566f;
    private static final float POWER_3 = 0.055507343f;
    private static final float POWER_2 = 0.24022241f;
    private static final float POWER_1 = 0.693147f;

    // Bounds of an exponent. As integers, floats without a sign are in order, and those with one beyond them, larger
    // the lower.
    private static final int HIGHEST = Float.floatToRawIntBits(126f);
    private static final int LOWEST = Float.floatToRawIntBits(-126f);

    // (1 + t P(t))¹⁶ = 1 / (2 Φ(−t)): the polynomial P, minimax up to 7.
    private static final float TAIL_9 = 3.2295968e-9f;
    private static final float TAIL_8 = -6.989689e-8f;
    private static final float TAIL_7 = 7.941903e-7f;
    private static final float TAIL_6 = -4.3302543e-6f;
    private static final float TAIL_5 = 1.7280341e-5f;
    private static final float TAIL_4 = 3.2007243e-5f;
    private static final float TAIL_3 = 4.9868966e-5f;
    private static final float TAIL_2 = 0.0032741253f;
    private static final float TAIL_1 = 0.021141209f;
    private static final float TAIL_0 = 0.049867377f;

    // What infinities are replaced by where they would meet another: far beyond the place from which the tail is zero.
    private static final int LARGE = Float.floatToRawIntBits(1000f);
    private static final int LARGE_NEGATIVE = Float.floatToRawIntBits(-1e30f);

    private ActivationLoops() {}

    /**
     * y = z · σ(slope · z · (1 + (bend · z)²)) of z = (x − mean) · scale + shift; y may be x. The exponential in σ is a power of
     * two: a whole number added to the exponent bits of a polynomial. Relative error below 4e-7 plus 1e-7 for each unit of σ's
     * argument.
     *
     * @param coefficients means, scales and shifts, each {@code pitch} behind those before
     */
    static void gated(
            int length,
            float slope,
            float bend,
            float[] coefficients,
            int first,
            int pitch,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector powers = FloatVector.broadcast(SPECIES, -slope * LOG2_E);
        for (int i = 0; i < length; i += LANES) {
            FloatVector mean = FloatVector.fromArray(SPECIES, coefficients, first + i);
            FloatVector scale = FloatVector.fromArray(SPECIES, coefficients, first + pitch + i);
            FloatVector shift = FloatVector.fromArray(SPECIES, coefficients, first + 2 * pitch + i);
            FloatVector value =
                    FloatVector.fromArray(SPECIES, x, xOffset + i).sub(mean).fma(scale, shift);
            FloatVector bent = value.mul(bend);
            FloatVector power = value.mul(powers)
                    .mul(bent.fma(bent, one))
                    .reinterpretAsInts()
                    .min(HIGHEST)
                    .lanewise(VectorOperators.UMIN, LOWEST)
                    .reinterpretAsFloats();
            FloatVector shifted = power.add(ROUND);
            FloatVector r = power.sub(shifted.sub(ROUND));
            FloatVector p = FloatVector.broadcast(SPECIES, POWER_5)
                    .fma(r, FloatVector.broadcast(SPECIES, POWER_4))
                    .fma(r, FloatVector.broadcast(SPECIES, POWER_3))
                    .fma(r, FloatVector.broadcast(SPECIES, POWER_2))
                    .fma(r, FloatVector.broadcast(SPECIES, POWER_1))
                    .fma(r, one);
            IntVector exponents = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            FloatVector exponential = p.reinterpretAsInts().add(exponents).reinterpretAsFloats();
            value.div(exponential.add(one)).intoArray(y, yOffset + i);
        }
    }

    /**
     * dx = dy · the derivative of {@link #gated} by z, of z = x; dx may be dy or x. With u = slope · x · (1 + (bend · x)²) that is
     * σ(u) · (1 + x u′ (1 − σ(u))).
     */
    static void gatedBackward(
            int length,
            float slope,
            float bend,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector powers = FloatVector.broadcast(SPECIES, -slope * LOG2_E);
        FloatVector steep = FloatVector.broadcast(SPECIES, bend * SQRT_3);
        for (int i = 0; i < length; i += LANES) {
            FloatVector value = FloatVector.fromArray(SPECIES, x, xOffset + i);
            FloatVector bent = value.mul(bend);
            FloatVector power = value.mul(powers)
                    .mul(bent.fma(bent, one))
                    .reinterpretAsInts()
                    .min(HIGHEST)
                    .lanewise(VectorOperators.UMIN, LOWEST)
                    .reinterpretAsFloats();
            FloatVector shifted = power.add(ROUND);
            FloatVector r = power.sub(shifted.sub(ROUND));
            FloatVector p = FloatVector.broadcast(SPECIES, POWER_5)
                    .fma(r, FloatVector.broadcast(SPECIES, POWER_4))
                    .fma(r, FloatVector.broadcast(SPECIES, POWER_3))
                    .fma(r, FloatVector.broadcast(SPECIES, POWER_2))
                    .fma(r, FloatVector.broadcast(SPECIES, POWER_1))
                    .fma(r, one);
            IntVector exponents = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
            FloatVector exponential = p.reinterpretAsInts().add(exponents).reinterpretAsFloats();
            FloatVector gate = one.div(exponential.add(one));
            FloatVector bentMore = value.mul(steep);
            FloatVector change = value.mul(slope).mul(bentMore.fma(bentMore, one));
            FloatVector gradient = FloatVector.fromArray(SPECIES, dy, dyOffset + i);
            change.fma(exponential.mul(gate), one).mul(gradient.mul(gate)).intoArray(dx, dxOffset + i);
        }
    }

    /**
     * y = values · gelu(gates), gelu(x) = x Φ(x) = max(x, 0) − |x| Φ(−|x|) with the normal distribution function Φ; y may be
     * either. 1 / (2 Φ(−t)) is a sixteenth power (after Abramowitz and Stegun 7.1.28, with more terms), whose first two
     * squarings square what is added to 1, since a rounding of the sum would count sixteenfold. Relative error of the tail
     * below 6e-7 down to −1 and 6e-6 to −6; from −7 on, where it is below 1e-12, it goes to zero in its own way.
     */
    static void geglu(
            int length, float[] gates, int gatesOffset, float[] values, int valuesOffset, float[] y, int yOffset) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector two = FloatVector.broadcast(SPECIES, 2f);
        FloatVector aHalf = FloatVector.broadcast(SPECIES, 0.5f);
        for (int i = 0; i < length; i += LANES) {
            FloatVector gate = FloatVector.fromArray(SPECIES, gates, gatesOffset + i);
            FloatVector t = gate.abs();
            FloatVector first = FloatVector.broadcast(SPECIES, TAIL_9)
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_8))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_7))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_6))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_5))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_4))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_3))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_2))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_1))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_0))
                    .mul(t);
            FloatVector second = first.mul(first.add(two));
            FloatVector fourth = second.fma(second.add(two), one);
            FloatVector eighth = fourth.mul(fourth);
            FloatVector half = t.mul(aHalf);
            FloatVector tail =
                    half.reinterpretAsInts().min(LARGE).reinterpretAsFloats().div(eighth.mul(eighth));
            gate.fma(aHalf, half)
                    .sub(tail)
                    .mul(FloatVector.fromArray(SPECIES, values, valuesOffset + i))
                    .intoArray(y, yOffset + i);
        }
    }

    /**
     * {@link #geglu} once more, and its gradients. The derivative of gelu is S(|x|) Φ(−|x|) left of zero, with S(t) = 1 − t φ(t)
     * / Φ(−t), here a minimax polynomial; right of zero it is one minus that. Within 5e-7.
     */
    static void gegluBackward(
            int length,
            float[] gates,
            int gatesOffset,
            float[] values,
            int valuesOffset,
            float[] dy,
            int dyOffset,
            float[] dGates,
            int dGatesOffset,
            float[] dValues,
            int dValuesOffset,
            float[] y,
            int yOffset) {
        FloatVector one = FloatVector.broadcast(SPECIES, 1f);
        FloatVector two = FloatVector.broadcast(SPECIES, 2f);
        FloatVector aHalf = FloatVector.broadcast(SPECIES, 0.5f);
        for (int i = 0; i < length; i += LANES) {
            FloatVector gate = FloatVector.fromArray(SPECIES, gates, gatesOffset + i);
            FloatVector t = gate.abs();
            FloatVector first = FloatVector.broadcast(SPECIES, TAIL_9)
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_8))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_7))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_6))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_5))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_4))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_3))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_2))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_1))
                    .fma(t, FloatVector.broadcast(SPECIES, TAIL_0))
                    .mul(t);
            FloatVector second = first.mul(first.add(two));
            FloatVector fourth = second.fma(second.add(two), one);
            FloatVector eighth = fourth.mul(fourth);
            FloatVector inverse = one.div(eighth.mul(eighth));
            FloatVector half = t.mul(aHalf);
            FloatVector tail =
                    half.reinterpretAsInts().min(LARGE).reinterpretAsFloats().mul(inverse);
            FloatVector gelu = gate.fma(aHalf, half).sub(tail);
            FloatVector s = FloatVector.broadcast(SPECIES, -1.8734795e-6f)
                    .fma(t, FloatVector.broadcast(SPECIES, 2.8733835e-5f))
                    .fma(t, FloatVector.broadcast(SPECIES, -9.942468e-5f))
                    .fma(t, FloatVector.broadcast(SPECIES, -8.4513263e-4f))
                    .fma(t, FloatVector.broadcast(SPECIES, 0.010455246f))
                    .fma(t, FloatVector.broadcast(SPECIES, -0.054942533f))
                    .fma(t, FloatVector.broadcast(SPECIES, -0.3182127f))
                    .fma(t, FloatVector.broadcast(SPECIES, -0.398949f))
                    .fma(t, aHalf);
            FloatVector left = s.reinterpretAsInts()
                    .lanewise(VectorOperators.UMIN, LARGE_NEGATIVE)
                    .reinterpretAsFloats()
                    .mul(inverse);
            FloatVector slope = one.sub(left).blend(left, gate.compare(VectorOperators.LT, 0f));
            FloatVector dOut = FloatVector.fromArray(SPECIES, dy, dyOffset + i);
            FloatVector value = FloatVector.fromArray(SPECIES, values, valuesOffset + i);
            gelu.mul(value).intoArray(y, yOffset + i);
            gelu.mul(dOut).intoArray(dValues, dValuesOffset + i);
            slope.mul(dOut).mul(value).intoArray(dGates, dGatesOffset + i);
        }
    }

    static void relu(int length, float[] x, int xOffset, float[] y, int yOffset) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xOffset + i).max(0f).intoArray(y, yOffset + i);
        }
    }

    static void reluBackward(int length, float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector gradient = FloatVector.fromArray(SPECIES, dy, dyOffset + i);
            FloatVector value = FloatVector.fromArray(SPECIES, x, xOffset + i);
            gradient.blend(0f, value.compare(VectorOperators.LE, 0f)).intoArray(dx, dxOffset + i);
        }
    }
}
