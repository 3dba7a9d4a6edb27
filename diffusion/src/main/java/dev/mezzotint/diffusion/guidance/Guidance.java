package dev.mezzotint.diffusion.guidance;

/**
 * Classifier-free guidance (Ho and Salimans 2022, eq. 6, in the notation of GLIDE and Stable Diffusion, where scale 1
 * is no guidance) and what refines it. All work on predictions ε, v and x_0 alike, since each is linear in the others.
 */
public final class Guidance {
    private Guidance() {}

    /**
     * Combines one condition: ε = ε_uncond + s · (ε_cond − ε_uncond). With a negative prompt, ε_uncond is its
     * prediction.
     *
     * @param unconditional ε_uncond
     * @param conditional ε_cond
     * @param scale s
     * @param out receives ε; may be one of the inputs
     * @throws IllegalArgumentException if the lengths differ
     */
    public static void combine(float[] unconditional, float[] conditional, double scale, float[] out) {
        if (unconditional.length != out.length || conditional.length != out.length) {
            throw new IllegalArgumentException("guidance: the unconditional prediction has " + unconditional.length
                    + " values, the conditional " + conditional.length + " and the result " + out.length
                    + "; they must be as many");
        }
        float s = (float) scale;
        for (int i = 0; i < out.length; i++) {
            out[i] = unconditional[i] + s * (conditional[i] - unconditional[i]);
        }
    }

    /**
     * Combines several conditions: ε = ε_uncond + Σ s_i · (ε_i − ε_uncond) (Liu et al. 2022, "Compositional Visual
     * Generation with Composable Diffusion Models", eq. 11). A negative s_i steers away from its condition.
     *
     * @param predictions ε_uncond, ε_1, ε_2, … one after another; may be longer than what is used of it
     * @param scales s_1, s_2, …
     * @param out receives ε; its length is that of one prediction
     * @throws IllegalArgumentException if there are not enough predictions
     */
    public static void combine(float[] predictions, double[] scales, float[] out) {
        int length = out.length;
        if (predictions.length < (scales.length + 1L) * length) {
            throw new IllegalArgumentException("guidance: " + scales.length + " conditions need "
                    + (scales.length + 1) + " predictions of " + length + " values but there are "
                    + predictions.length + " values in all");
        }
        System.arraycopy(predictions, 0, out, 0, length);
        for (int condition = 0; condition < scales.length; condition++) {
            float s = (float) scales[condition];
            int from = (condition + 1) * length;
            for (int i = 0; i < length; i++) {
                out[i] += s * (predictions[from + i] - predictions[i]);
            }
        }
    }

    /**
     * Guidance rescale (Lin et al. 2023, "Common Diffusion Noise Schedules and Sample Steps are Flawed", eq. 14 to 16):
     * guidance enlarges the standard deviation of a prediction, which over-exposes pictures; this brings it back to
     * that of the conditional prediction, by φ of the way, for each example by itself.
     *
     * @param guided the combined prediction, changed in place
     * @param predictions where the conditional prediction is found
     * @param offset its first value
     * @param exampleLength number of values of one example
     * @param phi φ, from 0 (nothing changes) to 1; the paper takes 0.7
     * @throws IllegalArgumentException if φ is out of range or the arrays don't fit
     */
    public static void rescale(float[] guided, float[] predictions, int offset, int exampleLength, double phi) {
        if (!(phi >= 0 && phi <= 1)) {
            throw new IllegalArgumentException("guidance rescale is " + phi + " but must lie from 0 to 1");
        }
        if (exampleLength < 1
                || guided.length % exampleLength != 0
                || offset < 0
                || offset > predictions.length - guided.length) {
            throw new IllegalArgumentException("guidance rescale: " + guided.length + " guided values in examples of "
                    + exampleLength + " don't fit " + predictions.length + " predicted ones from " + offset);
        }
        for (int from = 0; from < guided.length; from += exampleLength) {
            double spread = standardDeviation(guided, from, exampleLength);
            if (spread == 0) {
                continue;
            }
            double ratio = standardDeviation(predictions, offset + from, exampleLength) / spread;
            float factor = (float) (phi * ratio + (1 - phi));
            for (int i = from; i < from + exampleLength; i++) {
                guided[i] *= factor;
            }
        }
    }

    /** A constant factor n − 1 or n falls out of the ratio that it is used for. */
    private static double standardDeviation(float[] values, int from, int length) {
        double sum = 0;
        for (int i = from; i < from + length; i++) {
            sum += values[i];
        }
        double mean = sum / length;
        double squares = 0;
        for (int i = from; i < from + length; i++) {
            squares += (values[i] - mean) * (values[i] - mean);
        }
        return Math.sqrt(squares / length);
    }
}
