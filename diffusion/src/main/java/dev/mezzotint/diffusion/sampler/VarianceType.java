package dev.mezzotint.diffusion.sampler;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The variance σ_t² of DDPM's reverse step (Ho et al. 2020, section 3.2). Labels are those of diffusers, whose
 * {@code _log} kinds name the same variances computed by way of their logarithm.
 */
public enum VarianceType {
    /** The posterior's variance β̃_t, right where x_0 is one point. */
    FIXED_SMALL("fixed_small"),
    /** As {@link #FIXED_SMALL}. */
    FIXED_SMALL_LOG("fixed_small_log"),
    /** β_t, right where x_0 is itself standard normal. */
    FIXED_LARGE("fixed_large"),
    /** As {@link #FIXED_LARGE}; diffusers takes the root of the logarithm here, which is not a number. */
    FIXED_LARGE_LOG("fixed_large_log");

    private final String label;

    VarianceType(String label) {
        this.label = label;
    }

    /** The name that diffusers writes in {@code scheduler_config.json}. */
    public String label() {
        return label;
    }

    /**
     * Reads diffusers' name.
     *
     * @throws IllegalArgumentException for the learned kinds, which need a model that predicts its variance, and for
     *     unknown ones, naming those that are known
     */
    public static VarianceType ofLabel(String label) {
        String known = Arrays.stream(values()).map(VarianceType::label).collect(Collectors.joining(", "));
        if (label.equals("learned") || label.equals("learned_range")) {
            throw new IllegalArgumentException("variance_type \"" + label
                    + "\" needs a model that predicts its own variance, which is not supported; use " + known);
        }
        return Arrays.stream(values())
                .filter(type -> type.label.equals(label))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("variance_type \"" + label + "\" is not known; use " + known));
    }

    /**
     * σ_t².
     *
     * @param alphaCumprod ᾱ_t
     * @param alphaCumprodPrevious ᾱ of the timestep that the step leads to
     */
    double variance(double alphaCumprod, double alphaCumprodPrevious) {
        double beta = 1 - alphaCumprod / alphaCumprodPrevious;
        return switch (this) {
            case FIXED_SMALL, FIXED_SMALL_LOG ->
                Math.max((1 - alphaCumprodPrevious) / (1 - alphaCumprod) * beta, 1e-20);
            case FIXED_LARGE, FIXED_LARGE_LOG -> beta;
        };
    }
}
