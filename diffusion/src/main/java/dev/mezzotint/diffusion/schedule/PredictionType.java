package dev.mezzotint.diffusion.schedule;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * What a model predicts from x_t. With ᾱ_t known, any two of x_t, x_0, ε and v give the others (Salimans and Ho 2022,
 * section 4 and appendix D), so each kind of model can say both the clean sample x_0 and the noise ε. Labels are those
 * of diffusers.
 */
public enum PredictionType {
    /** The noise ε (Ho et al. 2020). */
    EPSILON("epsilon") {
        @Override
        double original(double x, double output, double signal, double spread) {
            return (x - spread * output) / signal;
        }

        @Override
        double noise(double x, double output, double signal, double spread) {
            return output;
        }
    },
    /** The velocity v = √ᾱ ε − √(1 − ᾱ) x_0 (Salimans and Ho 2022). */
    V_PREDICTION("v_prediction") {
        @Override
        double original(double x, double output, double signal, double spread) {
            return signal * x - spread * output;
        }

        @Override
        double noise(double x, double output, double signal, double spread) {
            return signal * output + spread * x;
        }
    },
    /** The clean sample x_0. */
    SAMPLE("sample") {
        @Override
        double original(double x, double output, double signal, double spread) {
            return output;
        }

        @Override
        double noise(double x, double output, double signal, double spread) {
            return (x - signal * output) / spread;
        }
    };

    private final String label;

    PredictionType(String label) {
        this.label = label;
    }

    /** The name that diffusers writes in {@code scheduler_config.json}. */
    public String label() {
        return label;
    }

    /**
     * Reads diffusers' name.
     *
     * @throws IllegalArgumentException naming the kinds that are known
     */
    public static PredictionType ofLabel(String label) {
        return Arrays.stream(values())
                .filter(type -> type.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("prediction_type \"" + label + "\" is not known; use "
                        + Arrays.stream(values()).map(PredictionType::label).collect(Collectors.joining(", "))));
    }

    /** x_0 of one element; {@code signal} is √ᾱ_t, {@code spread} √(1 − ᾱ_t). */
    abstract double original(double x, double output, double signal, double spread);

    /** ε of one element; {@code signal} is √ᾱ_t, {@code spread} √(1 − ᾱ_t). */
    abstract double noise(double x, double output, double signal, double spread);

    /**
     * The clean sample that the model sees in x_t.
     *
     * @param x x_t
     * @param output what the model predicted
     * @param alphaCumprod ᾱ_t
     * @param out receives x_0; may be one of the inputs
     * @throws IllegalArgumentException if the lengths differ, or if ᾱ_t is 0 and the model predicts noise: then nothing
     *     of x_0 is left to find
     */
    public void original(float[] x, float[] output, double alphaCumprod, float[] out) {
        requireSameLength(x, output, out);
        if (this == EPSILON && alphaCumprod <= 0) {
            throw new IllegalArgumentException(
                    "a timestep of zero signal-to-noise ratio cannot be sampled with prediction_type epsilon;"
                            + " use timestep_spacing leading, or a model that predicts v or the sample");
        }
        double signal = Math.sqrt(alphaCumprod);
        double spread = Math.sqrt(1 - alphaCumprod);
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) original(x[i], output[i], signal, spread);
        }
    }

    /**
     * The noise that the model sees in x_t.
     *
     * @param x x_t
     * @param output what the model predicted
     * @param alphaCumprod ᾱ_t, less than 1
     * @param out receives ε; may be one of the inputs
     * @throws IllegalArgumentException if the lengths differ
     */
    public void noise(float[] x, float[] output, double alphaCumprod, float[] out) {
        requireSameLength(x, output, out);
        double signal = Math.sqrt(alphaCumprod);
        double spread = Math.sqrt(1 - alphaCumprod);
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) noise(x[i], output[i], signal, spread);
        }
    }

    /**
     * What a model of this kind should have predicted, hence its target in training.
     *
     * @param schedule the forward process
     * @param x0 clean examples, one after another
     * @param noise ε that they were noised with
     * @param t a timestep for each example
     * @param out receives the target
     * @throws IllegalArgumentException if the lengths don't fit or a timestep is outside the schedule
     */
    public void target(NoiseSchedule schedule, float[] x0, float[] noise, int[] t, float[] out) {
        switch (this) {
            case EPSILON -> copy(noise, out);
            case SAMPLE -> copy(x0, out);
            case V_PREDICTION -> schedule.velocity(x0, noise, t, out);
        }
    }

    private static void copy(float[] from, float[] to) {
        requireSameLength(from, from, to);
        System.arraycopy(from, 0, to, 0, to.length);
    }

    private static void requireSameLength(float[] x, float[] output, float[] out) {
        if (x.length != out.length || output.length != out.length) {
            throw new IllegalArgumentException("prediction: x has " + x.length + " values, the model's output "
                    + output.length + " and the result " + out.length + "; they must be as many");
        }
    }
}
