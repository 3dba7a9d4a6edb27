package dev.mezzotint.diffusion.guidance;

/**
 * A model that predicts under several conditions in one batch. Condition 0 stands for no condition (the empty prompt,
 * or a negative prompt in its place); 1, 2, … are the conditions proper. The implementation holds their embeddings.
 */
@FunctionalInterface
public interface BatchDenoiser {
    /**
     * Predicts the same samples under {@code conditions} consecutive conditions.
     *
     * @param x the samples, which all conditions share; not changed
     * @param firstCondition the first of the conditions
     * @param conditions how many, at least 1
     * @param timestep the timestep that the model is told
     * @param out receives the predictions: condition by condition, and within a condition sample by sample
     */
    void predict(float[] x, int firstCondition, int conditions, double timestep, float[] out);
}
