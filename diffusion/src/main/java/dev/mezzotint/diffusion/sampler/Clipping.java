package dev.mezzotint.diffusion.sampler;

import java.util.Arrays;

/** What is done to a predicted x_0 that leaves the range of the data. */
public sealed interface Clipping {
    /** Nothing: for latents, which have no range. */
    record None() implements Clipping {
        @Override
        public void apply(float[] x0, BatchShape shape, float[] scratch) {}
    }

    /**
     * Clamps to [−range, range]: for pixels.
     *
     * @param range positive
     */
    record Fixed(double range) implements Clipping {
        /**
         * Checks the range.
         *
         * @throws IllegalArgumentException if it is not positive and finite
         */
        public Fixed {
            if (!(range > 0) || Double.isInfinite(range)) {
                throw new IllegalArgumentException("clip_sample_range is " + range + " but must be positive");
            }
        }

        @Override
        public void apply(float[] x0, BatchShape shape, float[] scratch) {
            float limit = (float) range;
            for (int i = 0; i < x0.length; i++) {
                x0[i] = Math.clamp(x0[i], -limit, limit);
            }
        }
    }

    /**
     * Dynamic thresholding (Saharia et al. 2022, Imagen, section 2.3): with s a high percentile of |x_0| in one
     * example, at least 1, x_0 is clamped to [−s, s] and divided by s. Keeps pixels from saturating at high guidance.
     *
     * @param ratio the percentile, in [0, 1]
     * @param maximum s is at most this
     */
    record Dynamic(double ratio, double maximum) implements Clipping {
        /**
         * Checks both.
         *
         * @throws IllegalArgumentException if one is out of range
         */
        public Dynamic {
            if (!(ratio >= 0 && ratio <= 1)) {
                throw new IllegalArgumentException(
                        "dynamic_thresholding_ratio is " + ratio + " but must lie from 0 to 1");
            }
            if (!(maximum > 0) || Double.isInfinite(maximum)) {
                throw new IllegalArgumentException("sample_max_value is " + maximum + " but must be positive");
            }
        }

        @Override
        public void apply(float[] x0, BatchShape shape, float[] scratch) {
            int length = shape.exampleLength();
            for (int from = 0; from < x0.length; from += length) {
                float limit = Math.min(Math.max(percentile(x0, from, length, scratch), 1f), (float) maximum);
                for (int i = from; i < from + length; i++) {
                    x0[i] = Math.clamp(x0[i], -limit, limit) / limit;
                }
            }
        }

        private float percentile(float[] x0, int from, int length, float[] magnitudes) {
            for (int i = 0; i < length; i++) {
                magnitudes[i] = Math.abs(x0[from + i]);
            }
            Arrays.sort(magnitudes, 0, length);
            float rank = (float) ratio * (length - 1);
            int below = (int) rank;
            int above = Math.min(below + 1, length - 1);
            return magnitudes[below] + (rank - below) * (magnitudes[above] - magnitudes[below]);
        }
    }

    /**
     * Brings x_0 into range.
     *
     * @param x0 changed in place
     * @param shape how {@code x0} is divided into examples
     * @param scratch at least as long as one example; overwritten
     */
    void apply(float[] x0, BatchShape shape, float[] scratch);
}
