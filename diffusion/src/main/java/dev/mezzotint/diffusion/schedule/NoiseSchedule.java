package dev.mezzotint.diffusion.schedule;

import java.util.List;

/**
 * The forward process of diffusion: x_t = √ᾱ_t · x_0 + √(1 − ᾱ_t) · ε with ε ~ N(0, I) (Ho et al. 2020, eq. 4), where
 * α_t = 1 − β_t and ᾱ_t = α_1 · … · α_t. Timesteps count from 0 here, so ᾱ of the paper's timestep 1 is
 * {@code alphaCumprod(0)}.
 *
 * <p>β and ᾱ are rounded to float32 where PyTorch rounds them, since that is the schedule that models were trained on;
 * everything computed from them is double.
 *
 * <p>Immutable.
 */
public final class NoiseSchedule {
    private final NoiseScheduleConfig config;
    private final double[] betas;
    private final double[] alphasCumprod;

    /**
     * Computes the schedule.
     *
     * @throws IllegalArgumentException where rescaling to zero terminal SNR is asked of betas that hold no noise
     */
    public NoiseSchedule(NoiseScheduleConfig config) {
        this.config = config;
        float[] betas = betas(config);
        float[] alphasCumprod = cumulativeProduct(betas);
        if (config.rescaleBetasZeroSnr()) {
            betas = rescaledToZeroTerminalSnr(alphasCumprod);
            alphasCumprod = cumulativeProduct(betas);
        }
        this.betas = widen(betas);
        this.alphasCumprod = widen(alphasCumprod);
    }

    /** What the schedule was computed from. */
    public NoiseScheduleConfig config() {
        return config;
    }

    /** Number T of timesteps; they are 0 to T − 1. */
    public int numTrainTimesteps() {
        return betas.length;
    }

    /**
     * β_t, the variance added by timestep t.
     *
     * @throws IllegalArgumentException if t is no timestep
     */
    public double beta(int t) {
        return betas[checked(t)];
    }

    /**
     * ᾱ_t, the share of the clean sample's variance that is left at timestep t: near 1 at 0, near 0 at T − 1.
     *
     * @throws IllegalArgumentException if t is no timestep
     */
    public double alphaCumprod(int t) {
        return alphasCumprod[checked(t)];
    }

    /**
     * Signal-to-noise ratio ᾱ_t / (1 − ᾱ_t) (Kingma et al. 2021).
     *
     * @throws IllegalArgumentException if t is no timestep
     */
    public double snr(int t) {
        double alphaCumprod = alphaCumprod(t);
        return alphaCumprod / (1 - alphaCumprod);
    }

    /**
     * The forward process q(x_t | x_0), a timestep for each example: Ho et al. 2020, eq. 4.
     *
     * @param x0 clean examples, one after another, all of one length
     * @param noise ε, as long as {@code x0}
     * @param t a timestep for each example
     * @param out receives x_t; may be {@code x0} or {@code noise}
     * @throws IllegalArgumentException if the lengths don't fit or a timestep is outside the schedule
     */
    public void addNoise(float[] x0, float[] noise, int[] t, float[] out) {
        int length = exampleLength("addNoise", x0, noise, t, out);
        for (int example = 0; example < t.length; example++) {
            float signal = (float) Math.sqrt(alphaCumprod(t[example]));
            float spread = (float) Math.sqrt(1 - alphaCumprod(t[example]));
            for (int i = example * length; i < (example + 1) * length; i++) {
                out[i] = signal * x0[i] + spread * noise[i];
            }
        }
    }

    /**
     * The velocity v_t = √ᾱ_t · ε − √(1 − ᾱ_t) · x_0 (Salimans and Ho 2022, section 4), what a model of
     * {@link PredictionType#V_PREDICTION} learns. Arguments as in {@link #addNoise}.
     *
     * @throws IllegalArgumentException if the lengths don't fit or a timestep is outside the schedule
     */
    public void velocity(float[] x0, float[] noise, int[] t, float[] out) {
        int length = exampleLength("velocity", x0, noise, t, out);
        for (int example = 0; example < t.length; example++) {
            float signal = (float) Math.sqrt(alphaCumprod(t[example]));
            float spread = (float) Math.sqrt(1 - alphaCumprod(t[example]));
            for (int i = example * length; i < (example + 1) * length; i++) {
                out[i] = signal * noise[i] - spread * x0[i];
            }
        }
    }

    private int checked(int t) {
        if (t < 0 || t >= betas.length) {
            throw new IllegalArgumentException(
                    "timestep " + t + " is outside the schedule, which has timesteps 0 to " + (betas.length - 1));
        }
        return t;
    }

    private static int exampleLength(String operation, float[] x0, float[] noise, int[] t, float[] out) {
        if (t.length == 0 || x0.length % t.length != 0 || noise.length != x0.length || out.length != x0.length) {
            throw new IllegalArgumentException(operation + ": x0 has " + x0.length + " values, noise " + noise.length
                    + ", out " + out.length + " for " + t.length
                    + " timesteps; the three must be of one length, a multiple of the number of timesteps");
        }
        return x0.length / t.length;
    }

    private static float[] betas(NoiseScheduleConfig config) {
        List<Double> trained = config.trainedBetas();
        if (trained.isEmpty()) {
            return config.betaSchedule().betas(config.numTrainTimesteps(), config.betaStart(), config.betaEnd());
        }
        float[] betas = new float[trained.size()];
        for (int t = 0; t < betas.length; t++) {
            betas[t] = trained.get(t).floatValue();
        }
        return betas;
    }

    /** ᾱ of β. PyTorch's cumprod on the CPU keeps the running product in double and rounds what it stores. */
    private static float[] cumulativeProduct(float[] betas) {
        float[] products = new float[betas.length];
        double product = 1;
        for (int t = 0; t < betas.length; t++) {
            product *= 1f - betas[t];
            products[t] = (float) product;
        }
        return products;
    }

    /**
     * Lin et al. 2023, "Common Diffusion Noise Schedules and Sample Steps are Flawed", algorithm 1: √ᾱ is shifted so
     * that its last value is 0 and scaled so that its first stays.
     */
    private static float[] rescaledToZeroTerminalSnr(float[] alphasCumprod) {
        int count = alphasCumprod.length;
        float first = (float) Math.sqrt(alphasCumprod[0]);
        float last = (float) Math.sqrt(alphasCumprod[count - 1]);
        if (!(first > last)) {
            throw new IllegalArgumentException("rescale_betas_zero_snr: the betas add no noise between the first and"
                    + " the last timestep; use larger betas");
        }
        float scale = first / (first - last);
        float[] betas = new float[count];
        float previous = 1;
        for (int t = 0; t < count; t++) {
            float root = ((float) Math.sqrt(alphasCumprod[t]) - last) * scale;
            float rescaled = root * root;
            betas[t] = 1f - rescaled / previous;
            previous = rescaled;
        }
        return betas;
    }

    private static double[] widen(float[] values) {
        double[] wide = new double[values.length];
        for (int t = 0; t < values.length; t++) {
            wide[t] = values[t];
        }
        return wide;
    }
}
