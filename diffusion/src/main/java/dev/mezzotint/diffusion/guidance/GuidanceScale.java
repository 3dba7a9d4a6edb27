package dev.mezzotint.diffusion.guidance;

import dev.mezzotint.diffusion.sampler.Progress;

/**
 * How strongly a condition guides, over the course of a run: 1 is the model as trained, more follows the condition more
 * closely at the cost of variety, 0 ignores it.
 */
public sealed interface GuidanceScale {
    /** The scale at one model evaluation; finite. */
    double at(Progress progress);

    /** The scale of every evaluation. */
    static GuidanceScale of(double scale) {
        return new Constant(scale);
    }

    /**
     * The same at every evaluation.
     *
     * @param scale finite
     */
    record Constant(double scale) implements GuidanceScale {
        /**
         * Checks the scale.
         *
         * @throws IllegalArgumentException if it is not finite
         */
        public Constant {
            requireFinite(scale);
        }

        @Override
        public double at(Progress progress) {
            return scale;
        }
    }

    /**
     * From one scale at the first evaluation to another at the last, in equal steps.
     *
     * @param first finite
     * @param last finite
     */
    record Linear(double first, double last) implements GuidanceScale {
        /**
         * Checks both.
         *
         * @throws IllegalArgumentException if one is not finite
         */
        public Linear {
            requireFinite(first);
            requireFinite(last);
        }

        @Override
        public double at(Progress progress) {
            return first + (last - first) * progress.fraction();
        }
    }

    /**
     * From one scale at the first evaluation to another at the last along half a cosine, slow at both ends.
     *
     * @param first finite
     * @param last finite
     */
    record Cosine(double first, double last) implements GuidanceScale {
        /**
         * Checks both.
         *
         * @throws IllegalArgumentException if one is not finite
         */
        public Cosine {
            requireFinite(first);
            requireFinite(last);
        }

        @Override
        public double at(Progress progress) {
            return first + (last - first) * (1 - Math.cos(Math.PI * progress.fraction())) / 2;
        }
    }

    /**
     * A scale within an interval of noise levels, and 1, hence no second pass, outside it (Kynkäänniemi et al. 2024,
     * "Applying Guidance in a Limited Interval Improves Sample and Distribution Quality", eq. 5).
     *
     * @param inside the scale where low &lt; σ ≤ high
     * @param low noise level below which nothing guides, at least 0
     * @param high noise level above which nothing guides, greater than {@code low}; may be infinite
     */
    record Interval(GuidanceScale inside, double low, double high) implements GuidanceScale {
        /**
         * Checks the interval.
         *
         * @throws IllegalArgumentException if it is empty or begins below 0
         */
        public Interval {
            if (!(low >= 0 && high > low)) {
                throw new IllegalArgumentException("guidance from noise level " + low + " to " + high
                        + " is no interval; the first must be at least 0 and less than the second");
            }
        }

        @Override
        public double at(Progress progress) {
            return progress.sigma() > low && progress.sigma() <= high ? inside.at(progress) : 1;
        }
    }

    private static void requireFinite(double scale) {
        if (!Double.isFinite(scale)) {
            throw new IllegalArgumentException("the guidance scale is " + scale + " but must be a finite number");
        }
    }
}
