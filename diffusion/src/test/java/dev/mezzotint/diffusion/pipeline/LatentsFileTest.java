package dev.mezzotint.diffusion.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.NamedArray;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.SafetensorsWriter;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatentsFileTest {
    @TempDir
    private Path folder;

    @Test
    void whatIsWrittenIsRead() throws IOException {
        Path file = folder.resolve("l.safetensors");
        float[] values = {1, 2, 3, 4, 5, 6};
        LatentsFile.write(file, Tensor.of(values, 1, 1, 2, 3));
        Tensor read = LatentsFile.read(file);
        assertEquals("1×1×2×3", read.shape().toString());
        assertArrayEquals(values, read.data());
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            assertEquals(DType.F32, tensors.dtype("latents"));
        }
    }

    @Test
    void refusesOtherFiles() throws IOException {
        refused(NamedArray.ofFloats("latent", new int[] {1, 1, 1, 1}, new float[1]), "no tensor \"latents\"");
        refused(NamedArray.ofFloats("latents", new int[] {1, 1, 1}, new float[1]), "[1, 1, 1]");
        refused(NamedArray.ofFloats("latents", new int[] {2, 1, 1, 1}, new float[2]), "[2, 1, 1, 1]");
        refused(NamedArray.ofFloats("latents", new int[] {1, 0, 1, 1}, new float[0]), "[1, 0, 1, 1]");
        refused(NamedArray.ofFloats("latents", new int[] {1, 1, 1, 1}, new float[] {Float.NaN}), "not finite");
        refused(new NamedArray("latents", DType.I64, new int[] {1, 1, 1, 1}, new long[1]), "I64");
    }

    private void refused(NamedArray array, String named) throws IOException {
        Path file = folder.resolve("bad.safetensors");
        SafetensorsWriter.write(file, List.of(array), Map.of());
        String message = assertThrows(FormatException.class, () -> LatentsFile.read(file))
                .getMessage();
        assertTrue(message.contains(named) && message.contains("bad.safetensors"), message);
    }
}
