package dev.mezzotint.engine.kernel.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.engine.kernel.Activation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScalarMathTest {
    // Abramowitz and Stegun, table 7.1, and C's erfc.
    @Test
    void errorFunctionHasTheTabulatedValues() {
        assertEquals(0, ScalarMath.erf(0));
        assertEquals(0.5204998778130465, ScalarMath.erf(0.5), 1e-15);
        assertEquals(-0.8427007929497149, ScalarMath.erf(-1), 1e-15);
        assertEquals(0.9953222650189527, ScalarMath.erf(2), 1e-15);
        assertEquals(2.209049699858544e-05, ScalarMath.erfc(3), 1e-18);
        assertEquals(1.5374597944280349e-12, ScalarMath.erfc(5), 1e-25);
        assertEquals(1.9999779095030015, ScalarMath.erfc(-3), 1e-15);
    }

    @Test
    void seriesAndFractionMeet() {
        assertEquals(ScalarMath.erfc(2.5 - 1e-13), ScalarMath.erfc(2.5), 1e-14);
    }

    @Test
    void activationsHaveKnownValues() {
        assertEquals(1.5 / (1 + Math.exp(-1.5)), ScalarMath.activate(Activation.SILU, 1.5), 1e-15);
        assertEquals(0.75 * (1 + ScalarMath.erf(1.5 / Math.sqrt(2))), ScalarMath.activate(Activation.GELU, 1.5), 1e-15);
        double u = Math.sqrt(2 / Math.PI) * (-0.75 + 0.044715 * -0.75 * -0.75 * -0.75);
        assertEquals(0.5 * -0.75 * (1 + Math.tanh(u)), ScalarMath.activate(Activation.GELU_TANH, -0.75), 1e-15);
        assertEquals(-0.75 / (1 + Math.exp(1.702 * 0.75)), ScalarMath.activate(Activation.QUICK_GELU, -0.75), 1e-15);
        assertEquals(-3.25, ScalarMath.activate(Activation.NONE, -3.25));
        assertEquals(0, ScalarMath.activate(Activation.RELU, -3.25));
        assertEquals(3.25, ScalarMath.activate(Activation.RELU, 3.25));
        assertEquals(0, ScalarMath.derivative(Activation.RELU, 0));
    }

    @ParameterizedTest
    @EnumSource
    void derivativesMatchDifferences(Activation activation) {
        double step = 1e-5;
        for (double x = -8; x <= 8; x += 0.37) {
            double difference = (ScalarMath.activate(activation, x + step) - ScalarMath.activate(activation, x - step))
                    / (2 * step);
            assertEquals(difference, ScalarMath.derivative(activation, x), 1e-8, "at " + x);
        }
    }
}
