package dev.mezzotint.engine.kernel.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The activations and their derivatives on vectors of any species, for use inside any loop. There is no method that takes
 * an {@code Activation}: it would be too big for C2 to inline, and each vector would then go through the heap.
 */
final class SimdMath {
    static final float INVERSE_SQRT_TWO_PI = 0.39894228f;
    private static final float TWO_SQRT_TWO_OVER_PI = 1.5957691f;
    private static final float TANH_CUBIC = 0.044715f;
    private static final float QUICK_SCALE = 1.702f;

    /** t = 1 / (1 + 0.3 |x| / √2), the variable of the polynomial in {@link #normalCdf}. */
    private static final float CDF_SCALE = 0.21213204f;

    private SimdMath() {}

    /** x · σ(x). */
    static FloatVector silu(FloatVector x) {
        return x.mul(sigmoid(x));
    }

    /** Derivative of {@link #silu}. */
    static FloatVector siluDerivative(FloatVector x) {
        return gatedDerivative(x, sigmoid(x));
    }

    /** x · Φ(x). */
    static FloatVector gelu(FloatVector x) {
        return x.mul(normalCdf(x, bell(x)));
    }

    /** Derivative of {@link #gelu}, Φ(x) + x φ(x), given {@link #bell}. */
    static FloatVector geluDerivative(FloatVector x, FloatVector bell) {
        FloatVector scale = FloatVector.broadcast(x.species(), INVERSE_SQRT_TWO_PI);
        return x.mul(bell).lanewise(VectorOperators.FMA, scale, normalCdf(x, bell));
    }

    /** x · (1 + tanh u) / 2 = x · σ(2u). */
    static FloatVector geluTanh(FloatVector x) {
        return x.mul(sigmoid(tanhArgument(x)));
    }

    /** Derivative of {@link #geluTanh}. */
    static FloatVector geluTanhDerivative(FloatVector x) {
        FloatVector slope = x.mul(x).mul(3 * TANH_CUBIC).add(1f).mul(TWO_SQRT_TWO_OVER_PI);
        return gatedDerivative(x.mul(slope), sigmoid(tanhArgument(x)));
    }

    /** x · σ(1.702 x). */
    static FloatVector quickGelu(FloatVector x) {
        return x.mul(sigmoid(x.mul(QUICK_SCALE)));
    }

    /** Derivative of {@link #quickGelu}. */
    static FloatVector quickGeluDerivative(FloatVector x) {
        FloatVector scaled = x.mul(QUICK_SCALE);
        return gatedDerivative(scaled, sigmoid(scaled));
    }

    /** The logistic function with a relative error below 4e-7; 0 below −88.7. */
    static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(x.species(), 1f).div(SimdExp.exp(x.neg()).add(1f));
    }

    /** exp(−x²/2), which both the normal distribution function and its density need. */
    static FloatVector bell(FloatVector x) {
        return SimdExp.exp(x.mul(x).mul(-0.5f));
    }

    /**
     * The normal distribution function Φ(x), given {@link #bell}. With t = 1 / (1 + 0.3 |x| / √2) it is bell · t · P(t)
     * for negative x and one minus that for others; P is a minimax polynomial with a relative error of 2e-8 down to where
     * a float underflows. Evaluated in float: below 6e-7 for x ≥ −1, and 6e-8 · x² more in the left tail.
     */
    static FloatVector normalCdf(FloatVector x, FloatVector bell) {
        var species = x.species();
        FloatVector one = FloatVector.broadcast(species, 1f);
        FloatVector t = one.div(x.abs().lanewise(VectorOperators.FMA, FloatVector.broadcast(species, CDF_SCALE), one));
        FloatVector p = FloatVector.broadcast(species, -0.064777277f);
        p = p.lanewise(VectorOperators.FMA, t, FloatVector.broadcast(species, 0.24286468f));
        p = p.lanewise(VectorOperators.FMA, t, FloatVector.broadcast(species, -0.25632596f));
        p = p.lanewise(VectorOperators.FMA, t, FloatVector.broadcast(species, 0.27409515f));
        p = p.lanewise(VectorOperators.FMA, t, FloatVector.broadcast(species, -0.04750593f));
        p = p.lanewise(VectorOperators.FMA, t, FloatVector.broadcast(species, 0.107549585f));
        p = p.lanewise(VectorOperators.FMA, t, FloatVector.broadcast(species, 0.07414433f));
        p = p.lanewise(VectorOperators.FMA, t, FloatVector.broadcast(species, 0.085361704f));
        p = p.lanewise(VectorOperators.FMA, t, FloatVector.broadcast(species, 0.08459372f));
        FloatVector tail = p.mul(t).mul(bell);
        return one.sub(tail).blend(tail, x.compare(VectorOperators.LT, 0f));
    }

    /** Derivative of x · σ(k(x)) with gate σ(k(x)): gate + x k′(x) · gate · (1 − gate). */
    private static FloatVector gatedDerivative(FloatVector xTimesSlope, FloatVector gate) {
        FloatVector one = FloatVector.broadcast(gate.species(), 1f);
        return gate.mul(xTimesSlope.lanewise(VectorOperators.FMA, one.sub(gate), one));
    }

    /** 0.5 (1 + tanh u) is σ(2u); this is 2u. */
    private static FloatVector tanhArgument(FloatVector x) {
        return x.mul(x).mul(TANH_CUBIC).add(1f).mul(x).mul(TWO_SQRT_TWO_OVER_PI);
    }
}
