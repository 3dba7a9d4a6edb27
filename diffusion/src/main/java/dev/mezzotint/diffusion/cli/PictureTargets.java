package dev.mezzotint.diffusion.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Where the pictures of one command and their latents go.
 *
 * @param output the name that the user gave
 * @param latents the name that the user gave
 * @param prompt of which a name is made where none was given
 * @param seed of the first picture
 * @param count how many there are, with seeds one after another
 */
record PictureTargets(Optional<Path> output, Optional<Path> latents, String prompt, long seed, int count) {
    /** Where one picture and its latents go. */
    record Target(long seed, Path picture, Optional<Path> latents) {}

    /** The target of one picture; a name of our own is one that is free now. */
    Target target(int index) {
        long own = seed + index;
        return new Target(
                own,
                output.map(given -> OutputFiles.of(given, index, count, own))
                        .orElseGet(() -> OutputFiles.free(Path.of(""), prompt, own)),
                latents.map(given -> OutputFiles.of(given, index, count, own)));
    }

    /**
     * Finds out whether all can be written.
     *
     * @return what is wrong with the names; empty where nothing is
     * @throws IOException if a place cannot be written to
     */
    Optional<String> requireWritable() throws IOException {
        Set<Path> seen = new HashSet<>();
        for (int i = 0; i < count; i++) {
            Target target = target(i);
            OutputFiles.requireWritable(target.picture());
            seen.add(target.picture().toAbsolutePath().normalize());
            if (target.latents().isPresent()) {
                OutputFiles.requireWritable(target.latents().get());
                if (!seen.add(target.latents().get().toAbsolutePath().normalize())) {
                    return Optional.of("-o and --latents-out name the same file; give them different names");
                }
            }
            if (output.isEmpty() && latents.isEmpty()) {
                break;
            }
        }
        return Optional.empty();
    }
}
