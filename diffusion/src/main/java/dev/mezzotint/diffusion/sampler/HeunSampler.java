package dev.mezzotint.diffusion.sampler;

/**
 * Heun's method: Karras et al. 2022 (arXiv 2206.00364), algorithm 1. Every step but the last takes two evaluations: one
 * for Euler's step, one where it led, and the mean of both slopes is followed instead. An error of second order in the
 * step. A run of n steps has 2n − 1 evaluations; even ones begin a step, odd ones correct it.
 *
 * <table>
 * <caption>Symbols</caption>
 * <tr><td>t_i, t_{i+1}</td><td>{@code levels}</td></tr>
 * <tr><td>d_i, line 4</td><td>{@code firstSlope}</td></tr>
 * <tr><td>d'_i, line 7</td><td>{@code slope}</td></tr>
 * <tr><td>x_i</td><td>{@code beginning}</td></tr>
 * </table>
 */
public final class HeunSampler extends VarianceExplodingSampler {
    private final Clipping clipping;
    private final float[] firstSlope;
    private final float[] beginning;
    private final float[] original;
    private final float[] scratch;
    private boolean begun;

    /**
     * Sets up a run.
     *
     * @param config the model's schedule; prediction type, spacing, Karras' noise levels and {@code clip_sample} count
     *     here
     * @param steps number of steps, 1 to the number of training timesteps
     * @param shape the samples of the run
     * @throws IllegalArgumentException if the steps don't fit the schedule
     */
    public HeunSampler(SchedulerConfig config, int steps, BatchShape shape) {
        super(config, shape, NoiseLevels.ofTimesteps(config, steps, FinalSigma.ZERO), 2 * steps - 1);
        clipping = config.clipping();
        firstSlope = new float[shape.size()];
        beginning = new float[shape.size()];
        original = new float[shape.size()];
        scratch = new float[shape.exampleLength()];
    }

    @Override
    int level(int evaluation) {
        return (evaluation + 1) / 2;
    }

    @Override
    public int firstEvaluation(int skippedSteps) {
        return 2 * skippedSteps;
    }

    /**
     * {@inheritDoc}
     *
     * <p>A run must begin at an even evaluation.
     */
    @Override
    public void step(float[] modelOutput, int evaluation, float[] x, NoiseSource noise) {
        require("Heun step", evaluation, modelOutput, "the model's output", x, "x");
        boolean corrects = evaluation % 2 == 1;
        if (corrects != begun) {
            throw new IllegalArgumentException(
                    "Heun step: evaluation " + evaluation + (corrects ? " corrects" : " begins")
                            + " a step but the one before it did not " + (begun ? "end" : "begin")
                            + " one; begin at an even evaluation and take all that follow");
        }
        double sigma = sigma(evaluation);
        differentiate(x, modelOutput, sigma);
        clip(x, sigma);
        int step = evaluation / 2;
        double length = levels.sigma(step + 1) - levels.sigma(step);
        if (corrects) {
            // Line 8: x_{i+1} = x_i + (t_{i+1} − t_i) (d_i + d'_i) / 2.
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (beginning[i] + length * (firstSlope[i] + slope[i]) / 2);
            }
        } else {
            // Line 5: x_{i+1} = x_i + (t_{i+1} − t_i) d_i.
            System.arraycopy(x, 0, beginning, 0, x.length);
            System.arraycopy(slope, 0, firstSlope, 0, slope.length);
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (x[i] + length * slope[i]);
            }
        }
        begun = !corrects;
    }

    /** The slope towards a clipped x_0 = x − σ d. */
    private void clip(float[] x, double sigma) {
        if (clipping instanceof Clipping.None) {
            return;
        }
        for (int i = 0; i < x.length; i++) {
            original[i] = (float) (x[i] - sigma * slope[i]);
        }
        clipping.apply(original, shape, scratch);
        for (int i = 0; i < x.length; i++) {
            slope[i] = (float) ((x[i] - original[i]) / sigma);
        }
    }

    @Override
    public void reset() {
        begun = false;
    }
}
