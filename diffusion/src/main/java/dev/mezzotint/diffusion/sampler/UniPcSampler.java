package dev.mezzotint.diffusion.sampler;

/**
 * UniPC, multistep, predicting x_0: Zhao, Bai, Rao, Zhou and Lu 2023, "UniPC: A Unified Predictor-Corrector Framework
 * for Fast Sampling of Diffusion Models" (arXiv 2302.04867), algorithms 1 (UniC) and 2 (UniP), with x_0 predicted. The
 * prediction that a step asks for first corrects the step before it, at no further evaluation, which raises its order
 * by one.
 *
 * <table>
 * <caption>Symbols</caption>
 * <tr><td>h_i = λ_{t_i} − λ_{t_{i−1}}; here, with x_0 predicted, −h</td><td>{@code h}</td></tr>
 * <tr><td>r_m, with r_p = 1</td><td>{@code nodes}</td></tr>
 * <tr><td>B(h)</td><td>{@code scale}</td></tr>
 * <tr><td>R_p(h) of theorem 3.1</td><td>{@code matrix}</td></tr>
 * <tr><td>a_p of theorem 3.1</td><td>{@code solution}</td></tr>
 * <tr><td>m_θ(x̃_{t_{i−1}}), …</td><td>{@code history}</td></tr>
 * <tr><td>x̃_{t_{i−1}}</td><td>{@code corrected}</td></tr>
 * </table>
 */
public final class UniPcSampler extends ExponentialIntegratorSampler {
    private final SolverOptions options;
    private final float[] corrected;
    private final double[] weights;
    private final double[] nodes;
    private final double[] solution;
    private final double[][] matrix;
    /** Order of the latest prediction step. */
    private int order;

    /**
     * Sets up a run.
     *
     * @param config the model's schedule; prediction type, spacing, Karras' noise levels, thresholding and
     *     {@link SolverOptions} count here
     * @param steps number of steps, 1 to one less than the number of training timesteps
     * @param shape the samples of the run
     * @throws IllegalArgumentException if the steps don't fit the schedule
     */
    public UniPcSampler(SchedulerConfig config, int steps, BatchShape shape) {
        super(config, steps, shape, config.solver().solverOrder() + 1);
        options = config.solver();
        corrected = new float[shape.size()];
        int highest = options.solverOrder();
        weights = new double[highest + 1];
        nodes = new double[highest];
        solution = new double[highest];
        matrix = new double[highest][highest];
    }

    @Override
    public void step(float[] modelOutput, int evaluation, float[] x, NoiseSource noise) {
        require("UniPC step", evaluation, modelOutput, "the model's output", x, "x");
        boolean corrects = history.size() > 0 && !options.disableCorrector().contains(evaluation - 1);
        predict(x, modelOutput, evaluation);

        // 1. UniC-p: the step that led here once more, now that there is a prediction at its end.
        if (corrects) {
            weighCorrector(evaluation - 1);
            history.combine(ratio(evaluation - 1), corrected, weights, order + 1, corrected);
        } else {
            System.arraycopy(x, 0, corrected, 0, x.length);
        }

        // 2. UniP-p: the next step.
        order = order(evaluation);
        weighPredictor(evaluation);
        history.combine(ratio(evaluation), corrected, weights, order, x);
    }

    private int order(int evaluation) {
        int left = steps() - evaluation;
        double h = lambda(evaluation + 1) - lambda(evaluation);
        if (h == 0 || Double.isInfinite(h)) {
            // no difference can be measured against a step of no length or to where there is no noise
            return 1;
        }
        int highest = options.lowerOrderFinal() ? Math.min(options.solverOrder(), left) : options.solverOrder();
        return Math.min(highest, history.size());
    }

    /** σ_{t_i} / σ_{t_{i−1}}: what a step leaves of x. */
    private double ratio(int from) {
        return spread(from + 1) / spread(from);
    }

    /** Weights of m_{i−1}, m_{i−2}, … in a prediction step: corollary 3.2. */
    private void weighPredictor(int from) {
        double h = prepare(from);
        if (order == 2) {
            // the paper's own choice, where the system would give nearly the same
            solution[0] = 0.5;
        } else {
            solve(order - 1, h);
        }
        weigh(from, h, 0, order - 1);
    }

    /** Weights of m_i, m_{i−1}, m_{i−2}, … in a correction: theorem 3.1. */
    private void weighCorrector(int from) {
        double h = prepare(from);
        if (order == 1) {
            solution[0] = 0.5;
        } else {
            solve(order, h);
        }
        weigh(from, h, 1, order - 1);
        double last = -alpha(from + 1) * scale(h) * solution[order - 1];
        weights[0] = last;
        weights[1] -= last;
    }

    /** Where the earlier predictions lie, in lengths of the step; returns h as the formulas for x_0 have it. */
    private double prepare(int from) {
        double h = lambda(from + 1) - lambda(from);
        for (int m = 1; m < order; m++) {
            nodes[m - 1] = (lambda(from - m) - lambda(from)) / h;
        }
        nodes[order - 1] = 1;
        return -h;
    }

    private double scale(double h) {
        return options.solverType() == SolverType.BH1 ? h : Math.expm1(h);
    }

    /**
     * Weights from {@code weights[at]} on: the step of first order, and differences of earlier predictions from
     * m_{i−1}.
     */
    private void weigh(int from, double h, int at, int differences) {
        double alpha = alpha(from + 1);
        weights[at] = -alpha * Math.expm1(h);
        for (int m = 0; m < differences; m++) {
            double weight = -alpha * scale(h) * solution[m] / nodes[m];
            weights[at + 1 + m] = weight;
            weights[at] -= weight;
        }
    }

    /** Solves R_n(h) a = φ_n(h) / B(h) by elimination; R's rows are powers of the nodes, from the 0th on. */
    private void solve(int n, double h) {
        double phi = Math.expm1(h) / h - 1;
        double factorial = 1;
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                matrix[i][k] = i == 0 ? 1 : matrix[i - 1][k] * nodes[k];
            }
            solution[i] = phi * factorial / scale(h);
            factorial *= i + 2;
            phi = phi / h - 1 / factorial;
        }
        // the nodes differ, so that no pivot is 0 without exchanging rows
        for (int k = 0; k < n; k++) {
            for (int i = k + 1; i < n; i++) {
                double factor = matrix[i][k] / matrix[k][k];
                for (int j = k; j < n; j++) {
                    matrix[i][j] -= factor * matrix[k][j];
                }
                solution[i] -= factor * solution[k];
            }
        }
        for (int k = n - 1; k >= 0; k--) {
            for (int j = k + 1; j < n; j++) {
                solution[k] -= matrix[k][j] * solution[j];
            }
            solution[k] /= matrix[k][k];
        }
    }
}
