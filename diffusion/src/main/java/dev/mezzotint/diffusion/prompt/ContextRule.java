package dev.mezzotint.diffusion.prompt;

/** Which of its text encoders' states a U-Net was trained to read. */
public enum ContextRule {
    /**
     * Those of the last layer, after the final norm: Stable Diffusion 1, and 2, whose text encoder is published without
     * the last layer.
     */
    LAST_LAYER(0, true, false),

    /**
     * Those before the last layer, without the final norm, and beside them the projected summary of the last text
     * encoder: Stable Diffusion XL (Podell et al. 2023, arXiv:2307.01952, section 2.1).
     */
    PENULTIMATE_AND_POOLED(1, false, true);

    private final int skippedLayers;
    private final boolean normed;
    private final boolean pooled;

    ContextRule(int skippedLayers, boolean normed, boolean pooled) {
        this.skippedLayers = skippedLayers;
        this.normed = normed;
        this.pooled = pooled;
    }

    /** How many of the last layers the states come before. */
    public int skippedLayers() {
        return skippedLayers;
    }

    /** Whether the states go through the final norm. */
    public boolean normed() {
        return normed;
    }

    /** Whether the U-Net reads a summary of the prompt, too. */
    public boolean pooled() {
        return pooled;
    }
}
