package dev.mezzotint.diffusion.checkpoint;

/**
 * A LoRA file and how much of it is added.
 *
 * @param weight factor of the whole update: 1 is what was trained, 0 leaves the model as it is
 */
public record LoraUse(LoraFile file, double weight) {
    /** Refuses weights that are no number. */
    public LoraUse {
        if (!Double.isFinite(weight)) {
            throw new IllegalArgumentException(
                    "the LoRA " + file.path() + " cannot have the weight " + weight + "; give a number such as 0.8");
        }
    }
}
