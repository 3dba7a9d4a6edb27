package dev.mezzotint.diffusion.sampler;

/**
 * One sampling method set up for one run: a number of steps, a shape. A run is a sequence of model evaluations; for
 * evaluation i, from first to last:
 *
 * <pre>
 *   scaleInput(x, i, input)                    what the model is shown of x
 *   output = model(input, timesteps()[i])
 *   step(output, i, x, noise)                  x moves
 * </pre>
 *
 * <p>Most methods evaluate the model once a step. One that needs two evaluations (Heun) or a warm-up (PNDM) lists a
 * timestep for each and keeps between calls what it must. A multistep method keeps earlier predictions: call
 * {@link #reset()} before every run. A run may begin at any evaluation (image to image) but then takes all that follow,
 * in order.
 *
 * <p>After construction no method but {@link #timesteps()} allocates. Not safe for use by several threads.
 */
public interface Sampler {
    /**
     * The timestep of each model evaluation, in order; a copy. Not whole where the method interpolates the schedule.
     */
    double[] timesteps();

    /** Noise level σ = √((1 − ᾱ) / ᾱ) at an evaluation; infinite where the schedule's last timestep is pure noise. */
    double sigma(int evaluation);

    /**
     * What standard normal noise is multiplied by to begin a run: 1 where x has unit variance, σ_max where x = x_0 +
     * σε.
     */
    double initialNoiseSigma();

    /**
     * What the model is shown of x.
     *
     * @param x current sample; not changed
     * @param out receives the input; may be {@code x}
     * @throws IllegalArgumentException if a length is not the run's or there is no such evaluation
     */
    void scaleInput(float[] x, int evaluation, float[] out);

    /**
     * Moves the sample on.
     *
     * @param modelOutput what the model predicted; not changed
     * @param x current sample; receives the next one
     * @param noise asked for as many numbers as {@code x} has, once for each draw of the method, in the method's order
     * @throws IllegalArgumentException if a length is not the run's or there is no such evaluation
     */
    void step(float[] modelOutput, int evaluation, float[] x, NoiseSource noise);

    /**
     * Noises a clean sample to the level at which an evaluation expects it, so that a run can begin there.
     *
     * @param x0 clean sample
     * @param noise standard normal noise
     * @param out receives x; may be {@code x0} or {@code noise}
     * @throws IllegalArgumentException if a length is not the run's or there is no such evaluation
     */
    void addNoise(float[] x0, float[] noise, int evaluation, float[] out);

    /**
     * The evaluation with which a run begins that leaves out the first steps (image to image): not their number where a
     * step takes more than one evaluation.
     *
     * @param skippedSteps how many steps are left out, at least 0 and less than the run has
     */
    default int firstEvaluation(int skippedSteps) {
        return skippedSteps;
    }

    /** Forgets what earlier steps left, before another run. */
    void reset();
}
