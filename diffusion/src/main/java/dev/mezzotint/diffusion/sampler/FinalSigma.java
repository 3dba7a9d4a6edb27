package dev.mezzotint.diffusion.sampler;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The noise level to which the last step leads ({@code final_sigmas_type}). */
public enum FinalSigma {
    /** None: the clean sample. */
    ZERO("zero"),
    /** That of the first timestep of training. */
    SIGMA_MIN("sigma_min");

    private final String label;

    FinalSigma(String label) {
        this.label = label;
    }

    /** The name that diffusers writes in {@code scheduler_config.json}. */
    public String label() {
        return label;
    }

    /**
     * Reads diffusers' name.
     *
     * @throws IllegalArgumentException naming those that are known
     */
    public static FinalSigma ofLabel(String label) {
        return Arrays.stream(values())
                .filter(type -> type.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("final_sigmas_type \"" + label + "\" is not known; use "
                        + Arrays.stream(values()).map(FinalSigma::label).collect(Collectors.joining(", "))));
    }
}
