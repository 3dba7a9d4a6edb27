package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.engine.kernel.OptimizerKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarOptimizer;
import dev.mezzotint.engine.parallel.Workers;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SimdOptimizerTest {
    /** The first step moves every parameter by the learning rate, whatever the gradient's size. */
    @Test
    void firstStepHasTheLengthOfTheLearningRate() {
        float[] parameters = {1, 1, 1};
        float[] gradients = {1e-3f, -5, 40};
        try (Workers workers = Workers.of(1)) {
            new SimdOptimizer()
                    .adamW(
                            workers,
                            3,
                            parameters,
                            gradients,
                            new float[3],
                            new float[3],
                            1,
                            0.1,
                            0.9,
                            0.999,
                            1e-12,
                            0.5,
                            1 - 0.9,
                            1 - 0.999);
        }
        // 1 − 0.1 · 0.5 of decay, then one tenth against the gradient.
        assertEquals(0.85, parameters[0], 1e-6);
        assertEquals(1.05, parameters[1], 1e-6);
        assertEquals(0.85, parameters[2], 1e-6);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 17, 40_003})
    void agreesWithTheScalarTwinOverTenSteps(int length) {
        List<float[]> expected = train(new ScalarOptimizer(), length, 1);
        List<float[]> one = train(new SimdOptimizer(), length, 1);
        List<float[]> many = train(new SimdOptimizer(), length, 3);
        for (int i = 0; i < expected.size(); i++) {
            SimdParity.assertClose(expected.get(i), one.get(i), 2e-6, "array " + i);
            assertArrayEquals(one.get(i), many.get(i));
        }
    }

    private static List<float[]> train(OptimizerKernel kernel, int length, int threads) {
        Random random = new Random(9);
        float[] parameters = SimdParity.random(random, length, 0);
        float[] average = parameters.clone();
        float[] first = new float[length];
        float[] second = new float[length];
        try (Workers workers = Workers.of(threads)) {
            for (int step = 1; step <= 10; step++) {
                float[] gradients = SimdParity.random(random, length, 0);
                kernel.adamW(
                        workers,
                        length,
                        parameters,
                        gradients,
                        first,
                        second,
                        0.25,
                        1e-2,
                        0.9,
                        0.999,
                        1e-8,
                        0.01,
                        1 - Math.pow(0.9, step),
                        1 - Math.pow(0.999, step));
                kernel.lerp(workers, length, 0.9f, average, parameters);
            }
        }
        return List.of(parameters, average, first, second);
    }
}
