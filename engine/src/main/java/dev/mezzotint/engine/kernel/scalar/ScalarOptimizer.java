package dev.mezzotint.engine.kernel.scalar;

import dev.mezzotint.engine.kernel.Blocks;
import dev.mezzotint.engine.kernel.OptimizerKernel;
import dev.mezzotint.engine.parallel.Workers;

/** Optimiser steps as formulas in double precision. */
public final class ScalarOptimizer implements OptimizerKernel {
    /** Creates the kernel, which has no state. */
    public ScalarOptimizer() {}

    @Override
    public void adamW(
            Workers workers,
            int length,
            float[] parameters,
            float[] gradients,
            float[] firstMoments,
            float[] secondMoments,
            double gradientScale,
            double learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            double correction1,
            double correction2) {
        Blocks.run(workers, length, Blocks.ELEMENTS, (from, to) -> {
            for (int i = from; i < to; i++) {
                double g = gradientScale * gradients[i];
                double m = beta1 * firstMoments[i] + (1 - beta1) * g;
                double v = beta2 * secondMoments[i] + (1 - beta2) * g * g;
                double p = parameters[i] - learningRate * weightDecay * parameters[i];
                double denominator = Math.sqrt(v) / Math.sqrt(correction2) + epsilon;
                parameters[i] = (float) (p - learningRate / correction1 * m / denominator);
                firstMoments[i] = (float) m;
                secondMoments[i] = (float) v;
            }
        });
    }

    @Override
    public void lerp(Workers workers, int length, float decay, float[] average, float[] value) {
        Blocks.run(workers, length, Blocks.ELEMENTS, (from, to) -> {
            for (int i = from; i < to; i++) {
                average[i] = (float) ((double) decay * average[i] + (1 - (double) decay) * value[i]);
            }
        });
    }
}
