package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.engine.checkpoint.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Something published, with random weights in exactly its names, shapes and types, for tests and measurements where the
 * published weights cannot be had. Weights are drawn while they are written; none of them stays in memory.
 */
public sealed interface Synthetic permits SyntheticModel, SyntheticTinyAutoencoder {
    /** What can be made. */
    static List<String> labels() {
        return Stream.concat(
                        Arrays.stream(PublishedModel.values()).map(PublishedModel::label),
                        Stream.of(SyntheticTinyAutoencoder.LABEL))
                .toList();
    }

    /**
     * What has this label; empty where there is nothing of the kind.
     *
     * @param dtype of all weights: F16, BF16 or F32
     * @param seed the same seed gives the same weights, in both layouts
     */
    static Optional<Synthetic> of(String label, DType dtype, long seed) {
        return label.equals(SyntheticTinyAutoencoder.LABEL)
                ? Optional.of(new SyntheticTinyAutoencoder(dtype, seed))
                : PublishedModel.find(label).map(model -> new SyntheticModel(model, dtype, seed));
    }

    /** Its name in full. */
    String description();

    /** Whether prompts go into it, so that it needs a tokenizer. */
    boolean readsText();

    /**
     * Writes a folder in diffusers' layout, whole or not at all.
     *
     * @param vocabulary a folder with CLIP's {@code vocab.json} and {@code merges.txt} for what reads text; without it
     *     there is no tokenizer
     * @return number of values in all weights
     * @throws IOException if it cannot be written or the disk has too little room
     */
    long writeFolder(Path folder, Optional<Path> vocabulary) throws IOException;

    /**
     * Writes one file in the original names, whole or not at all.
     *
     * @return number of values in all weights
     * @throws IOException if it cannot be written or the disk has too little room
     */
    long writeFile(Path file) throws IOException;
}
