package dev.mezzotint.diffusion.sampler;

/**
 * Linear multistep, after Crowson's k-diffusion: Adams and Bashforth's method of up to fourth order (Hairer, Nørsett
 * and Wanner, "Solving Ordinary Differential Equations I", section III.5, for steps of any length) for dx/dσ = d. The
 * polynomial through the latest slopes is integrated over the step.
 *
 * <p>A run that begins later (image to image) weighs as if it had the slopes before, which count as zero until there
 * are enough: not sound, but what diffusers computes.
 *
 * <table>
 * <caption>Symbols</caption>
 * <tr><td>d_i, d_{i−1}, …</td><td>{@code history}</td></tr>
 * <tr><td>∫ Π_{k≠j} (σ − σ_{i−k}) / (σ_{i−j} − σ_{i−k}) dσ from σ_i to σ_{i+1}</td><td>{@code weights[j]}</td></tr>
 * </table>
 */
public final class LmsSampler extends VarianceExplodingSampler {
    private static final int ORDER = 4;
    /** The Gauss-Legendre rule of two points, exact for the polynomials of third degree there are here. */
    private static final double GAUSS_POINT = 1 / Math.sqrt(3);

    private final PredictionHistory history;
    private final double[] weights = new double[ORDER];

    /**
     * Sets up a run.
     *
     * @param config the model's schedule; prediction type, spacing and Karras' noise levels count here
     * @param steps number of steps, 1 to the number of training timesteps
     * @param shape the samples of the run
     * @throws IllegalArgumentException if the steps don't fit the schedule
     */
    public LmsSampler(SchedulerConfig config, int steps, BatchShape shape) {
        super(config, shape, NoiseLevels.ofTimesteps(config, steps, FinalSigma.ZERO), steps);
        history = new PredictionHistory(ORDER, shape.size());
    }

    @Override
    public void step(float[] modelOutput, int evaluation, float[] x, NoiseSource noise) {
        require("LMS step", evaluation, modelOutput, "the model's output", x, "x");
        differentiate(x, modelOutput, levels.sigma(evaluation));
        System.arraycopy(slope, 0, history.add(), 0, slope.length);
        int order = Math.min(evaluation + 1, ORDER);
        double middle = (levels.sigma(evaluation) + levels.sigma(evaluation + 1)) / 2;
        double half = (levels.sigma(evaluation + 1) - levels.sigma(evaluation)) / 2;
        for (int j = 0; j < history.size(); j++) {
            weights[j] = half
                    * (basis(j, order, evaluation, middle - half * GAUSS_POINT)
                            + basis(j, order, evaluation, middle + half * GAUSS_POINT));
        }
        history.combine(1, x, weights, history.size(), x);
    }

    /** Lagrange's polynomial that is 1 at σ_{i−j} and 0 at the others. */
    private double basis(int j, int order, int evaluation, double sigma) {
        double product = 1;
        double own = levels.sigma(evaluation - j);
        for (int k = 0; k < order; k++) {
            if (k != j) {
                double other = levels.sigma(evaluation - k);
                product *= (sigma - other) / (own - other);
            }
        }
        return product;
    }

    @Override
    public void reset() {
        history.clear();
    }
}
