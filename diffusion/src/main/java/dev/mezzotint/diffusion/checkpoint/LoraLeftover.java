package dev.mezzotint.diffusion.checkpoint;

import java.nio.file.Path;
import java.util.List;

/**
 * What of a LoRA file found no place in the model.
 *
 * @param names tensors of the file, one for each update that fits no weight
 * @param updates how many updates the file holds in all
 */
public record LoraLeftover(Path file, List<String> names, int updates) {
    private static final int SHOWN = 3;

    /** Keeps a copy. */
    public LoraLeftover {
        names = List.copyOf(names);
    }

    /** One sentence for people. */
    public String sentence() {
        List<String> shown = names.subList(0, Math.min(SHOWN, names.size()));
        return file + ": " + names.size() + " of " + updates
                + " entries belong to nothing in this model and are left out (" + String.join(", ", shown)
                + (names.size() > SHOWN ? ", ...)" : ")");
    }
}
