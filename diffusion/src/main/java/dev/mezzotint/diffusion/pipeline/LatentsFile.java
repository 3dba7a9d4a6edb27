package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.NamedArray;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.SafetensorsWriter;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Latents on disk: a safetensors file with one tensor {@code latents}, F32, (1, channels, rows, columns), before scaling by
 * the VAE's factor is undone.
 */
public final class LatentsFile {
    private static final String NAME = "latents";

    private LatentsFile() {}

    /**
     * Reads latents.
     *
     * @throws FormatException if the file is no safetensors file, lacks the tensor, or it has another shape
     *     or a value that is not finite
     * @throws IOException if it cannot be read
     */
    public static Tensor read(Path file) throws IOException {
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            if (!tensors.has(NAME)) {
                throw new FormatException(
                        file + " has no tensor \"" + NAME + "\"; give a file that holds latents under this name");
            }
            int[] shape = tensors.shape(NAME);
            if (shape.length != 4 || shape[0] != 1 || Arrays.stream(shape).anyMatch(size -> size < 1)) {
                throw new FormatException(file + ": latents have the shape " + Arrays.toString(shape)
                        + " but must be those of one picture, [1, channels, rows, columns]; write them so");
            }
            if (!tensors.dtype(NAME).isFloatingPoint()) {
                throw new FormatException(
                        file + ": latents are " + tensors.dtype(NAME) + " but must be floats; write them as F32");
            }
            float[] values = tensors.floats(NAME);
            for (float value : values) {
                if (!Float.isFinite(value)) {
                    throw new FormatException(file + ": latents hold a value that is not finite; make them again");
                }
            }
            return Tensor.of(values, shape);
        }
    }

    /** Writes latents, (1, channels, rows, columns), whole or not at all. */
    public static void write(Path file, Tensor latents) throws IOException {
        SafetensorsWriter.write(
                file, List.of(NamedArray.ofFloats(NAME, latents.shape().toArray(), latents.data())), Map.of());
    }
}
