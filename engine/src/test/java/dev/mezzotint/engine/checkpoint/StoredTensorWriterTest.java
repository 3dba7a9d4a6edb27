package dev.mezzotint.engine.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredTensorWriterTest {
    private static final Map<String, String> METADATA = Map.of("format", "pt", "author", "nobody");

    @TempDir
    private Path folder;

    @Test
    void writesTheBytesThatTheOtherWriterWrites() throws IOException {
        List<NamedArray> arrays = new ArrayList<>();
        for (DType dtype : DType.values()) {
            String name = "t" + dtype;
            int[] shape = {3, 2, 5};
            if (dtype.isFloatingPoint()) {
                float[] values = new float[30];
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) Math.sin(i) / (1 << i);
                }
                arrays.add(new NamedArray(name, dtype, shape, values));
            } else {
                byte[] bytes = new byte[30 * dtype.bytes()];
                for (int i = 0; i < 30; i++) {
                    bytes[i * dtype.bytes()] = (byte) (dtype == DType.BOOL ? i % 2 : i);
                }
                arrays.add(new NamedArray(name, dtype, shape, bytes));
            }
        }
        arrays.add(new NamedArray("scalar", DType.F32, new int[0], new float[] {7}));
        arrays.add(new NamedArray("nothing", DType.F16, new int[] {0, 4}, new float[0]));
        // More than one chunk, and rows that do not divide it.
        float[] large = new float[1000 * 777];
        for (int i = 0; i < large.length; i++) {
            large[i] = i;
        }
        arrays.add(new NamedArray("large", DType.BF16, new int[] {1000, 777}, large));
        Path expected = folder.resolve("expected.safetensors");
        SafetensorsWriter.write(expected, arrays, METADATA);

        Path actual = folder.resolve("actual.safetensors");
        try (TensorFile file = SafetensorsFile.open(expected)) {
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            for (String name : file.names()) {
                tensors.put(name, file.tensor(name));
            }
            assertEquals(
                    30 * (8 + 4 + 2 + 2 + 8 + 4 + 2 + 1 + 1 + 1) + 4 + 2 * large.length,
                    StoredTensorWriter.bytes(tensors));
            StoredTensorWriter.write(actual, tensors, METADATA);
        }
        assertArrayEquals(Files.readAllBytes(expected), Files.readAllBytes(actual));
    }

    @Test
    void refusesWhatTheDiskCannotHold() {
        IOException refusal = assertThrows(
                IOException.class, () -> StoredTensorWriter.requireRoom(folder.resolve("x"), Long.MAX_VALUE));
        assertTrue(refusal.getMessage().contains("GB are free"), refusal.getMessage());
    }
}
