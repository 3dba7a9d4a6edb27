package dev.mezzotint.clip.model;

import dev.mezzotint.engine.kernel.Activation;

/** The activation of CLIP's feed-forward layers, under the names of transformers. */
enum HiddenActivation {
    QUICK_GELU("quick_gelu", Activation.QUICK_GELU),
    GELU("gelu", Activation.GELU);

    private final String label;
    private final Activation activation;

    HiddenActivation(String label, Activation activation) {
        this.label = label;
        this.activation = activation;
    }

    static Activation parse(String label) {
        for (HiddenActivation known : values()) {
            if (known.label.equals(label)) {
                return known.activation;
            }
        }
        throw new IllegalArgumentException(
                "CLIP: hidden_act '" + label + "' is not supported; quick_gelu and gelu are");
    }

    static String label(Activation activation) {
        for (HiddenActivation known : values()) {
            if (known.activation == activation) {
                return known.label;
            }
        }
        throw new IllegalArgumentException("CLIP: activation " + activation + " has no name in configurations");
    }
}
