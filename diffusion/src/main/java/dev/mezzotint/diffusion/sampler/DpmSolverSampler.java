package dev.mezzotint.diffusion.sampler;

/**
 * DPM-Solver++, multistep: Lu, Zhou, Bao, Chen, Li and Zhu 2022, "DPM-Solver++: Fast Solver for Guided Sampling of
 * Diffusion Probabilistic Models" (arXiv 2211.01095), algorithm 2, and its stochastic twin SDE-DPM-Solver++, by the
 * configuration's {@link SamplerKind}. Order 2 is the standard; order 1 is DDIM; order 3 after DPM-Solver (arXiv
 * 2206.00927), appendix B, as its authors' program and diffusers have it: the second difference counts half of what the
 * expansion gives it, so that the error remains one of second order.
 *
 * <p>A first step has one prediction to go by, whatever the order. The last is of first order where it leads to no
 * noise at all (λ is infinite there) and, with {@code lower_order_final}, in runs of less than 15 steps.
 *
 * <table>
 * <caption>Symbols</caption>
 * <tr><td>h_i = λ_{t_i} − λ_{t_{i−1}}</td><td>{@code h}; those of the steps before it {@code h0}, {@code h1}</td></tr>
 * <tr><td>r_i = h_{i−1} / h_i</td><td>{@code h0 / h}</td></tr>
 * <tr><td>x_θ(x̃_{t_{i−1}}), x_θ(x̃_{t_{i−2}}), …</td><td>{@code history}</td></tr>
 * <tr><td>1 − e^{−h}, of the stochastic solver 1 − e^{−2h}</td><td>{@code decay}</td></tr>
 * <tr><td>z_i</td><td>{@code drawn}</td></tr>
 * </table>
 */
public final class DpmSolverSampler extends ExponentialIntegratorSampler {
    /** Shorter runs end with steps of lower order, for stability. */
    private static final int SHORT_RUN = 15;

    private final SolverOptions options;
    private final boolean stochastic;
    private final double[] weights = new double[3];
    private final float[] drawn;

    /**
     * Sets up a run.
     *
     * @param config the model's schedule; prediction type, spacing, Karras' noise levels, thresholding and
     *     {@link SolverOptions} count here
     * @param steps number of steps, 1 to one less than the number of training timesteps
     * @param shape the samples of the run
     * @throws IllegalArgumentException if the steps don't fit the schedule, or for order 3 of the stochastic solver
     */
    public DpmSolverSampler(SchedulerConfig config, int steps, BatchShape shape) {
        super(config, steps, shape, config.solver().solverOrder());
        options = config.solver();
        stochastic = config.kind().stochasticSolver();
        if (stochastic && options.solverOrder() > 2) {
            throw new IllegalArgumentException("solver_order " + options.solverOrder()
                    + " is not supported with sde-dpmsolver++; use 2, or another sampler");
        }
        drawn = new float[stochastic ? shape.size() : 0];
    }

    @Override
    public void step(float[] modelOutput, int evaluation, float[] x, NoiseSource noise) {
        require("DPM-Solver++ step", evaluation, modelOutput, "the model's output", x, "x");
        predict(x, modelOutput, evaluation);
        int order = order(evaluation);
        double h = lambda(evaluation + 1) - lambda(evaluation);
        weigh(evaluation, order, h);

        // Proposition 4.1 and what follows from it: x ← σ_t/σ_s x + α_t (…); of the stochastic solver, σ_t/σ_s e^{−h}
        // x.
        double ratio = spread(evaluation + 1) / spread(evaluation);
        history.combine(stochastic ? ratio * Math.exp(-h) : ratio, x, weights, order, x);

        // Of the stochastic solver, + σ_t √(1 − e^{−2h}) z; the last step draws though it adds nothing, as diffusers
        // does.
        if (stochastic) {
            noise.fill(drawn);
            double deviation = spread(evaluation + 1) * Math.sqrt(-Math.expm1(-2 * h));
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (x[i] + deviation * drawn[i]);
            }
        }
    }

    private int order(int evaluation) {
        int left = steps() - 1 - evaluation;
        boolean shortRun = options.lowerOrderFinal() && steps() < SHORT_RUN;
        int order = Math.min(options.solverOrder(), history.size());
        if (left == 0 && (shortRun || options.eulerAtFinal() || options.finalSigma() == FinalSigma.ZERO)) {
            return 1;
        }
        return left == 1 && shortRun ? Math.min(order, 2) : order;
    }

    /**
     * Weights of the predictions, newest first. With D_0 the newest and D_1, D_2 the divided differences, a step adds
     * α_t (A D_0 + B D_1 + C D_2).
     */
    private void weigh(int evaluation, int order, double h) {
        double length = stochastic ? 2 * h : h;
        double alpha = alpha(evaluation + 1);
        double decay = -Math.expm1(-length);
        weights[0] = alpha * decay;
        if (order == 1 || h == 0) {
            // a step of no length, as Karras' levels have one before sigma_min, moves nothing
            weights[1] = 0;
            weights[2] = 0;
            return;
        }
        double h0 = lambda(evaluation) - lambda(evaluation - 1);
        double heun = alpha * (1 - decay / length);
        if (order == 2) {
            double b = options.solverType() == SolverType.HEUN ? heun : alpha * decay / 2;
            weights[0] += b * h / h0;
            weights[1] = -b * h / h0;
            return;
        }
        double h1 = lambda(evaluation - 1) - lambda(evaluation - 2);
        double c = alpha * ((decay - h) / (h * h) + 0.5);
        // D_1 and D_2 in terms of the two first differences (m_0 − m_1) / r_0 and (m_1 − m_2) / r_1
        double newer = heun * (1 + h0 / (h0 + h1)) + c * h / (h0 + h1);
        double older = -heun * h0 / (h0 + h1) - c * h / (h0 + h1);
        weights[0] += newer * h / h0;
        weights[1] = older * h / h1 - newer * h / h0;
        weights[2] = -older * h / h1;
    }
}
