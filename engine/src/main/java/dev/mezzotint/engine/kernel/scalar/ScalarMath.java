package dev.mezzotint.engine.kernel.scalar;

import dev.mezzotint.engine.kernel.Activation;

/** The activations and their derivatives as formulas in double precision. */
public final class ScalarMath {
    private static final double TANH_SCALE = Math.sqrt(2 / Math.PI);
    private static final double TANH_CUBIC = 0.044715;
    private static final double QUICK_SCALE = 1.702;

    /** Beyond this the continued fraction of erfc converges faster than the series of erf. */
    private static final double SERIES_LIMIT = 2.5;

    private ScalarMath() {}

    /** activation(x). */
    public static double activate(Activation activation, double x) {
        return switch (activation) {
            case NONE -> x;
            case RELU -> Math.max(x, 0);
            case SILU -> x * sigmoid(x);
            case GELU -> x * normalCdf(x);
            case GELU_TANH -> x * sigmoid(tanhArgument(x));
            case QUICK_GELU -> x * sigmoid(QUICK_SCALE * x);
        };
    }

    /** activation′(x). */
    public static double derivative(Activation activation, double x) {
        return switch (activation) {
            case NONE -> 1;
            case RELU -> x <= 0 ? 0 : 1;
            case SILU -> gatedDerivative(x, sigmoid(x), 1);
            case GELU -> normalCdf(x) + x * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
            case GELU_TANH -> {
                double slope = 2 * TANH_SCALE * (1 + 3 * TANH_CUBIC * x * x);
                yield gatedDerivative(x, sigmoid(tanhArgument(x)), slope);
            }
            case QUICK_GELU -> gatedDerivative(x, sigmoid(QUICK_SCALE * x), QUICK_SCALE);
        };
    }

    /** The logistic function σ(x) = 1 / (1 + e⁻ˣ). */
    public static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    /** The normal distribution function Φ(x) = erfc(−x / √2) / 2. */
    public static double normalCdf(double x) {
        return 0.5 * erfc(-x * Math.sqrt(0.5));
    }

    /** The error function erf(x) = 2/√π ∫₀ˣ exp(−t²) dt. */
    public static double erf(double x) {
        return Math.abs(x) < SERIES_LIMIT ? erfSeries(x) : Math.signum(x) * (1 - erfcFraction(Math.abs(x)));
    }

    /** The complement erfc(x) = 1 − erf(x), with its relative precision kept where it is small. */
    public static double erfc(double x) {
        return x < SERIES_LIMIT ? 1 - erf(x) : erfcFraction(x);
    }

    /** Derivative of x · σ(k(x)), where gate is σ(k(x)) and slope is k′(x). */
    private static double gatedDerivative(double x, double gate, double slope) {
        return gate + x * gate * (1 - gate) * slope;
    }

    /** 0.5 (1 + tanh u) is σ(2u); this is 2u. */
    private static double tanhArgument(double x) {
        return 2 * TANH_SCALE * (x + TANH_CUBIC * x * x * x);
    }

    /** Abramowitz and Stegun 7.1.6, a series of positive terms: erf x = 2/√π · e^(−x²) · Σ 2ⁿ x²ⁿ⁺¹ / (2n + 1)!!. */
    private static double erfSeries(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    /** Abramowitz and Stegun 7.1.14 for x ≥ 2.5: √π e^(x²) erfc x = 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + …)))). */
    private static double erfcFraction(double x) {
        double tail = x;
        for (int n = 60; n >= 1; n--) {
            tail = x + 0.5 * n / tail;
        }
        return Math.exp(-x * x) / (Math.sqrt(Math.PI) * tail);
    }
}
