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
     * @param x the samples, repeated once for each condition: condition by condition, and within a condition example by
     *     example; not changed. The array may be longer than what is used of it
     * @param firstCondition the condition of the first repetition
     * @param conditions how many conditions, at least 1
     * @param timestep the timestep that the model is told
     * @param out receives the predictions in the same order; may be longer than what is used of it
     */
    void predict(float[] x, int firstCondition, int conditions, double timestep, float[] out);
}
