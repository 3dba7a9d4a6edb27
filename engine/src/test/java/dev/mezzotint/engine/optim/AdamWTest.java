package dev.mezzotint.engine.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.kernel.Kernels;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.nn.Initializer;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.nn.ParameterLayout;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.shape.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdamWTest {
    private static final AdamW.Settings SETTINGS = new AdamW.Settings(0.8, 0.95, 1e-6, 0.1);
    private static final double RATE = 0.01;
    private static final int LENGTH = 37;

    private static List<Parameter> parameters() {
        Parameters parameters = Parameters.create();
        parameters.declare("a", Shape.of(LENGTH), ParameterLayout.SAME, Initializer.normal(1));
        parameters.declare("b", Shape.of(3, 5), ParameterLayout.SAME, Initializer.normal(1));
        parameters.initialize(new TorchGenerator(1));
        return parameters.list();
    }

    private static double fillGradients(List<Parameter> parameters, int step) {
        TorchGenerator generator = new TorchGenerator(100 + step);
        double square = 0;
        for (Parameter parameter : parameters) {
            float[] gradient = parameter.gradient().data();
            generator.normal(gradient, 0, gradient.length);
            for (float value : gradient) {
                square += (double) value * value;
            }
        }
        return Math.sqrt(square);
    }

    private static List<Compute> computes() {
        Workers one = Workers.of(1);
        return List.of(new Compute(KernelSelector.scalar(), one), new Compute(KernelSelector.kernels(), one));
    }

    /** Algorithm 2 of the paper in double precision, with the gradient first clipped to a norm. */
    @ParameterizedTest
    @ValueSource(doubles = {2, 1000, Double.POSITIVE_INFINITY})
    void stepsAsThePaperSays(double maximumNorm) {
        for (Compute compute : computes()) {
            List<Parameter> parameters = parameters();
            float[] start = parameters.getFirst().value().data().clone();
            double[] p = new double[LENGTH];
            double[] m = new double[LENGTH];
            double[] v = new double[LENGTH];
            for (int i = 0; i < LENGTH; i++) {
                p[i] = start[i];
            }
            AdamW optimizer = new AdamW(parameters, SETTINGS);
            for (int t = 1; t <= 5; t++) {
                double norm = fillGradients(parameters, t);
                double scale = Math.min(1, maximumNorm / (norm + 1e-6));
                float[] g = parameters.getFirst().gradient().data();
                for (int i = 0; i < LENGTH; i++) {
                    double gradient = scale * g[i];
                    p[i] -= RATE * 0.1 * p[i];
                    m[i] = 0.8 * m[i] + 0.2 * gradient;
                    v[i] = 0.95 * v[i] + 0.05 * gradient * gradient;
                    double mHat = m[i] / (1 - Math.pow(0.8, t));
                    double vHat = v[i] / (1 - Math.pow(0.95, t));
                    p[i] -= RATE * mHat / (Math.sqrt(vHat) + 1e-6);
                }
                assertEquals(norm, optimizer.step(compute, RATE, maximumNorm), 1e-5 * norm);
                assertArrayEquals(
                        new float[LENGTH], parameters.getFirst().gradient().data());
            }
            float[] actual = parameters.getFirst().value().data();
            for (int i = 0; i < LENGTH; i++) {
                assertEquals(
                        p[i] - start[i],
                        actual[i] - start[i],
                        2e-6,
                        compute.kernels().name());
            }
            assertEquals(5, optimizer.steps());
        }
    }

    @Test
    void frozenParametersStay() {
        List<Parameter> parameters = parameters();
        parameters.get(1).setTrainable(false);
        float[] before = parameters.get(1).value().data().clone();
        AdamW optimizer = new AdamW(parameters, SETTINGS);
        assertEquals(1, optimizer.parameters().size());
        fillGradients(parameters, 1);
        optimizer.step(computes().getFirst(), RATE, 1);
        assertArrayEquals(before, parameters.get(1).value().data());
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    void refusesGradientsThatAreNotFinite(float bad) {
        for (Compute compute : computes()) {
            List<Parameter> parameters = parameters();
            AdamW optimizer = new AdamW(parameters, SETTINGS);
            fillGradients(parameters, 1);
            parameters.get(1).gradient().data()[7] = bad;
            float[] before = parameters.getFirst().value().data().clone();
            String message = assertThrows(ArithmeticException.class, () -> optimizer.step(compute, RATE, 1))
                    .getMessage();
            assertTrue(message.contains("step 1"), message);
            assertArrayEquals(before, parameters.getFirst().value().data());
            assertEquals(0, optimizer.steps());
        }
    }

    @Test
    void averagesAreExponential() {
        for (Compute compute : computes()) {
            List<Parameter> parameters = parameters();
            Ema ema = new Ema(parameters, 0.3);
            Parameter a = parameters.getFirst();
            double[] expected = new double[LENGTH];
            for (int i = 0; i < LENGTH; i++) {
                expected[i] = a.value().get(i);
            }
            for (int n = 1; n <= 4; n++) {
                double decay = Math.min(0.3, (1.0 + n) / (10.0 + n));
                for (int i = 0; i < LENGTH; i++) {
                    a.value().data()[i] += 0.1f * n;
                    expected[i] = decay * expected[i] + (1 - decay) * a.value().get(i);
                }
                ema.update(compute);
            }
            float[] present = a.value().data().clone();
            ema.swap();
            for (int i = 0; i < LENGTH; i++) {
                assertEquals(
                        expected[i], a.value().get(i), 1e-6, compute.kernels().name());
            }
            ema.swap();
            assertArrayEquals(present, a.value().data());
        }
        assertThrows(IllegalArgumentException.class, () -> new Ema(parameters(), 1));
    }

    @Test
    void learningRateRisesAndFalls() {
        LearningRate rate = new LearningRate(0.1, 10, 110, 0.02);
        assertEquals(0.01, rate.at(0), 1e-12);
        assertEquals(0.1, rate.at(9), 1e-12);
        assertEquals(0.1, rate.at(10), 1e-12);
        assertEquals(0.1 * (0.02 + 0.98 / 2), rate.at(60), 1e-12);
        assertEquals(0.002, rate.at(110), 1e-12);
        assertEquals(0.002, rate.at(1000), 1e-12);
        LearningRate constant = new LearningRate(0.1, 0, 1, 1);
        assertEquals(0.1, constant.at(0), 1e-12);
        assertEquals(0.1, constant.at(50), 1e-12);
        assertThrows(IllegalArgumentException.class, () -> new LearningRate(0, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new LearningRate(Double.NaN, 1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new LearningRate(1, -1, 1, 1));
        assertThrows(IllegalArgumentException.class, () -> new LearningRate(1, 1, 0, 1));
        assertThrows(IllegalArgumentException.class, () -> new LearningRate(1, 1, 1, 2));
    }

    @Test
    void kernelsAgree() {
        List<float[]> results = computes().stream()
                .map(compute -> {
                    List<Parameter> parameters = parameters();
                    AdamW optimizer = new AdamW(parameters, SETTINGS);
                    fillGradients(parameters, 1);
                    optimizer.step(compute, RATE, 1);
                    return parameters.getFirst().value().data();
                })
                .toList();
        Kernels best = KernelSelector.kernels();
        assertArrayEquals(results.get(0), results.get(1), 1e-6f, best.name());
    }
}
