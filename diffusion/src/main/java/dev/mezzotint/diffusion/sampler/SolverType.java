package dev.mezzotint.diffusion.sampler;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Variants of the multistep solvers ({@code solver_type}). A configuration may carry a name that another class wrote;
 * each solver then takes its own standard variant, as in diffusers.
 */
public enum SolverType {
    /** DPM-Solver++: midpoint, its standard. */
    MIDPOINT("midpoint"),
    /** DPM-Solver++: after Heun. */
    HEUN("heun"),
    /** DEIS's, which stands for the standard here. */
    LOGRHO("logrho"),
    /** UniPC: B(h) = h. */
    BH1("bh1"),
    /** UniPC: B(h) = e^h − 1, its standard. */
    BH2("bh2");

    private final String label;

    SolverType(String label) {
        this.label = label;
    }

    /** The name that diffusers writes in {@code scheduler_config.json}. */
    public String label() {
        return label;
    }

    /**
     * Reads diffusers' name.
     *
     * @throws IllegalArgumentException naming the variants that are known
     */
    public static SolverType ofLabel(String label) {
        return Arrays.stream(values())
                .filter(type -> type.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("solver_type \"" + label + "\" is not known; use "
                        + Arrays.stream(values()).map(SolverType::label).collect(Collectors.joining(", "))));
    }
}
