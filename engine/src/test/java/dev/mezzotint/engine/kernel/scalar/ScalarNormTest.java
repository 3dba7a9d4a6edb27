package dev.mezzotint.engine.kernel.scalar;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.NormGeometry;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScalarNormTest {
    private final ScalarNorm norm = new ScalarNorm();
    private final Workers workers = Workers.of(1);

    @Test
    void layerNormOfThreeValuesByHand() {
        float[] y = new float[3];
        float[] mean = new float[1];
        float[] rstd = new float[1];
        norm.forward(
                workers,
                NormGeometry.layer(1, 3, 0),
                new float[] {1, 2, 6},
                0,
                new float[] {1, 2, 1},
                new float[] {0, 0, 1},
                y,
                0,
                mean,
                rstd);
        double deviation = Math.sqrt(14.0 / 3);
        assertEquals(3, mean[0]);
        assertEquals(1 / deviation, rstd[0], 1e-7);
        assertEquals(-2 / deviation, y[0], 1e-6);
        assertEquals(-2 / deviation, y[1], 1e-6);
        assertEquals(3 / deviation + 1, y[2], 1e-6);
    }

    @ParameterizedTest
    @EnumSource
    void gradientsMatchDifferences(Activation activation) {
        NormGeometry geometry = new NormGeometry(2, 3, 6, 2, 1e-5f, activation);
        Random random = new Random(5);
        float[] x = random(random, 36);
        float[] gamma = random(random, 6);
        float[] beta = random(random, 6);
        float[] dy = random(random, 36);
        float[] mean = new float[4];
        float[] rstd = new float[4];
        float[] dx = new float[36];
        float[] dGamma = new float[6];
        float[] dBeta = new float[6];
        loss(geometry, x, gamma, beta, dy, mean, rstd);
        norm.backward(workers, geometry, x, 0, gamma, beta, mean, rstd, dy, 0, dx, 0, dGamma, dBeta);
        check(x, dx, () -> loss(geometry, x, gamma, beta, dy, mean, rstd));
        check(gamma, dGamma, () -> loss(geometry, x, gamma, beta, dy, mean, rstd));
        check(beta, dBeta, () -> loss(geometry, x, gamma, beta, dy, mean, rstd));
    }

    private double loss(
            NormGeometry geometry, float[] x, float[] gamma, float[] beta, float[] dy, float[] mean, float[] rstd) {
        float[] y = new float[x.length];
        norm.forward(workers, geometry, x, 0, gamma, beta, y, 0, mean, rstd);
        double loss = 0;
        for (int i = 0; i < y.length; i++) {
            loss += (double) y[i] * dy[i];
        }
        return loss;
    }

    private static void check(float[] parameters, float[] gradients, DoubleSupplier loss) {
        float step = 1 / 256f;
        for (int i = 0; i < parameters.length; i++) {
            float value = parameters[i];
            parameters[i] = value + step;
            double above = loss.getAsDouble();
            parameters[i] = value - step;
            double below = loss.getAsDouble();
            parameters[i] = value;
            assertEquals((above - below) / (2 * step), gradients[i], 2e-3, "element " + i);
        }
    }

    private static float[] random(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
