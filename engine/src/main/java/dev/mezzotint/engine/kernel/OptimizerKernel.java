package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/** The inner loops of optimisers. */
public interface OptimizerKernel {
    /**
     * One AdamW step (Loshchilov and Hutter 2019, as PyTorch writes it): p −= lr · decay · p; m = β₁ m + (1 − β₁) g; v =
     * β₂ v + (1 − β₂) g²; p −= lr / correction₁ · m / (√v / √correction₂ + ε).
     *
     * @param gradientScale factor of every gradient before it is used (clipping, averaging)
     * @param correction1 1 − β₁^step
     * @param correction2 1 − β₂^step
     */
    void adamW(
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
            double correction2);

    /** Exponential moving average: average = decay · average + (1 − decay) · value. */
    void lerp(Workers workers, int length, float decay, float[] average, float[] value);
}
