package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.diffusion.schedule.PredictionType;

/**
 * Pseudo numerical methods: Liu, Ren, Lin and Zhao 2022, "Pseudo Numerical Methods for Diffusion Models on Manifolds"
 * (arXiv 2202.09778). A classical solver says which mean of several ε to follow, and the step along it is DDIM's, which
 * stays near the data. After the first steps each takes one evaluation and the linear multistep formula of eq. 12.
 *
 * <p>What begins a run: Stable Diffusion's PLMS ({@code skip_prk_steps}) takes the first step twice, the second time
 * with the mean of the ε at both of its ends, so that a run of n steps has n + 1 evaluations; the paper's F-PNDM takes
 * three steps of Runge and Kutta's fourth-order method (eq. 13), four evaluations each. A PLMS run that begins later
 * takes its own first step twice, as diffusers does.
 *
 * <table>
 * <caption>Symbols</caption>
 * <tr><td>ᾱ_t, ᾱ_{t−δ}</td><td>{@code alpha}, {@code alphaTarget}</td></tr>
 * <tr><td>e_t, e_{t−δ}, …</td><td>{@code history}</td></tr>
 * <tr><td>e'_t of eq. 12 and 13</td><td>{@code original}</td></tr>
 * <tr><td>ϕ(x_t, e_t, t, t − δ) of eq. 11</td><td>{@link #transfer}</td></tr>
 * </table>
 */
public final class PndmSampler extends VariancePreservingSampler {
    private static final int ORDER = 4;
    private static final int STAGES = 4;
    private static final int RUNGE_KUTTA_STEPS = 3;
    private static final int RUNGE_KUTTA_EVALUATIONS = RUNGE_KUTTA_STEPS * STAGES;

    /** Adams and Bashforth's weights for 1 to 4 predictions, the newest first; the last is eq. 12. */
    private static final double[][] WEIGHTS = {
        {1}, {3 / 2.0, -1 / 2.0}, {23 / 12.0, -16 / 12.0, 5 / 12.0}, {55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0}
    };

    private static final double[] HALF = {0.5};

    private final int stride;
    private final boolean skipRungeKutta;
    private final PredictionHistory history;
    /** Sum of a Runge-Kutta step's weighted predictions. */
    private final float[] stages;
    /** x where a step began that takes several evaluations. */
    private final float[] beginning;

    private int counter;

    /**
     * Sets up a run.
     *
     * @param config the model's schedule; prediction type (ε or v), spacing, {@code set_alpha_to_one} and
     *     {@code skip_prk_steps} count here
     * @param steps number of steps, 1 to the number of training timesteps, and at least 4 with Runge-Kutta steps
     * @param shape the samples of the run
     * @throws IllegalArgumentException if the steps don't fit the schedule or the model predicts the sample
     */
    public PndmSampler(SchedulerConfig config, int steps, BatchShape shape) {
        super(config, shape, evaluations(config, steps), config.setAlphaToOne());
        if (prediction == PredictionType.SAMPLE) {
            throw new IllegalArgumentException("PNDM does not support prediction_type sample; use another sampler");
        }
        stride = config.noise().numTrainTimesteps() / steps;
        skipRungeKutta = config.solver().skipPrkSteps();
        history = new PredictionHistory(ORDER, shape.size());
        stages = new float[shape.size()];
        beginning = new float[shape.size()];
    }

    private static int[] evaluations(SchedulerConfig config, int steps) {
        int trained = config.noise().numTrainTimesteps();
        int[] timesteps = config.timestepSpacing().timesteps(trained, steps, config.stepsOffset());
        return config.solver().skipPrkSteps() ? firstTwice(timesteps) : rungeKutta(timesteps, trained / steps / 2);
    }

    /** t_0, t_1, t_1, t_2, t_3, … */
    private static int[] firstTwice(int[] timesteps) {
        if (timesteps.length == 1) {
            return timesteps;
        }
        int[] evaluations = new int[timesteps.length + 1];
        evaluations[0] = timesteps[0];
        System.arraycopy(timesteps, 1, evaluations, 1, timesteps.length - 1);
        System.arraycopy(timesteps, 1, evaluations, 2, timesteps.length - 1);
        return evaluations;
    }

    /** Both ends of each of the first steps, its middle twice; then a timestep a step. */
    private static int[] rungeKutta(int[] timesteps, int half) {
        if (timesteps.length <= RUNGE_KUTTA_STEPS) {
            throw new IllegalArgumentException("PNDM without skip_prk_steps needs at least " + (RUNGE_KUTTA_STEPS + 1)
                    + " steps but got " + timesteps.length + "; take more, or set skip_prk_steps");
        }
        int[] evaluations = new int[RUNGE_KUTTA_EVALUATIONS + timesteps.length - RUNGE_KUTTA_STEPS];
        for (int step = 0; step < RUNGE_KUTTA_STEPS; step++) {
            int end = timesteps[step + 1];
            evaluations[STAGES * step] = timesteps[step];
            evaluations[STAGES * step + 1] = end + half;
            evaluations[STAGES * step + 2] = end + half;
            evaluations[STAGES * step + 3] = end;
        }
        System.arraycopy(
                timesteps,
                RUNGE_KUTTA_STEPS,
                evaluations,
                RUNGE_KUTTA_EVALUATIONS,
                timesteps.length - RUNGE_KUTTA_STEPS);
        return evaluations;
    }

    @Override
    public void step(float[] modelOutput, int evaluation, float[] x, NoiseSource noise) {
        require("PNDM step", evaluation, modelOutput, "the model's output", x, "x");
        if (skipRungeKutta) {
            multistep(modelOutput, timestep(evaluation), x);
        } else if (counter != evaluation) {
            throw new IllegalArgumentException("PNDM without skip_prk_steps must begin at its first evaluation, not at "
                    + evaluation + "; set skip_prk_steps or use another sampler");
        } else if (evaluation < RUNGE_KUTTA_EVALUATIONS) {
            rungeKutta(modelOutput, evaluation, x);
        } else {
            multistep(modelOutput, timestep(evaluation), x);
        }
        counter++;
    }

    /** Eq. 12, and what comes before there are four predictions. */
    private void multistep(float[] modelOutput, int timestep, float[] x) {
        if (skipRungeKutta && counter == 1) {
            // the first step once more, along the mean of the predictions at both of its ends
            history.combine(0.5, modelOutput, HALF, 1, original);
            transfer(beginning, original, timestep + stride, timestep, x);
            return;
        }
        if (counter == 0) {
            System.arraycopy(x, 0, beginning, 0, x.length);
        }
        System.arraycopy(modelOutput, 0, history.add(), 0, modelOutput.length);
        history.combine(0, modelOutput, WEIGHTS[history.size() - 1], history.size(), original);
        transfer(x, original, timestep, timestep - stride, x);
    }

    /** Eq. 13: four predictions with weights 1/6, 1/3, 1/3, 1/6; between them x is where the next one is asked for. */
    private void rungeKutta(float[] modelOutput, int evaluation, float[] x) {
        int stage = evaluation % STAGES;
        int from = timestep(evaluation - stage);
        int half = stride / 2;
        switch (stage) {
            case 0 -> {
                System.arraycopy(modelOutput, 0, history.add(), 0, modelOutput.length);
                System.arraycopy(x, 0, beginning, 0, x.length);
                addStage(1.0 / 6, modelOutput, 0);
                transfer(beginning, modelOutput, from, from - half, x);
            }
            case 1 -> {
                addStage(1.0 / 3, modelOutput, 1);
                transfer(beginning, modelOutput, from, timestep(evaluation), x);
            }
            case 2 -> {
                addStage(1.0 / 3, modelOutput, 1);
                transfer(beginning, modelOutput, from, timestep(evaluation) - half, x);
            }
            case 3 -> {
                addStage(1.0 / 6, modelOutput, 1);
                transfer(beginning, stages, from, timestep(evaluation), x);
            }
            default -> throw new AssertionError(stage);
        }
    }

    private void addStage(double weight, float[] modelOutput, float keep) {
        for (int i = 0; i < stages.length; i++) {
            stages[i] = (float) (keep * stages[i] + weight * modelOutput[i]);
        }
    }

    /** Eq. 11: DDIM's step from x at one timestep to another along a prediction. */
    private void transfer(float[] x, float[] output, int timestep, int target, float[] out) {
        double alpha = Math.max(alphaCumprodAt(timestep), TrainingSigmas.LEAST_ALPHA_CUMPROD);
        double alphaTarget = alphaCumprodAt(target);
        prediction.noise(x, output, alpha, scratch);
        double scale = Math.sqrt(alphaTarget / alpha);
        double direction = (alphaTarget - alpha)
                / (alpha * Math.sqrt(1 - alphaTarget) + Math.sqrt(alpha * (1 - alpha) * alphaTarget));
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) (scale * x[i] - direction * scratch[i]);
        }
    }

    @Override
    public void reset() {
        counter = 0;
        history.clear();
    }
}
