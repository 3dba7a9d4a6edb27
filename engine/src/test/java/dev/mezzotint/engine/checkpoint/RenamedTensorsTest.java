package dev.mezzotint.engine.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenamedTensorsTest {
    @TempDir
    Path folder;

    private Path path;
    private SafetensorsFile file;

    @BeforeEach
    void write() throws IOException {
        path = folder.resolve("m.safetensors");
        SafetensorsWriter.write(
                path,
                List.of(
                        new NamedArray("m", DType.F16, new int[] {3, 2}, new float[] {0, 1, 2, 3, 4, 5}),
                        NamedArray.ofFloats("scalar", new int[0], new float[] {7}),
                        NamedArray.ofFloats("b", new int[] {2}, new float[] {8, 9})),
                Map.of());
        file = SafetensorsFile.open(path);
    }

    @Test
    void givesTensorsOtherNames() throws IOException {
        Map<String, String> names = new LinkedHashMap<>();
        names.put("weight", "m");
        names.put("bias", "b");
        TensorFile renamed = RenamedTensors.of(file, names);
        assertEquals(List.of("weight", "bias"), List.copyOf(renamed.names()));
        assertArrayEquals(new float[] {8, 9}, renamed.tensor("bias").floats());
        assertEquals(
                path + " has no tensor \"m\" among its 2; check that the file fits the model",
                assertThrows(FormatException.class, () -> renamed.tensor("m")).getMessage());
        assertThrows(FormatException.class, () -> RenamedTensors.of(file, Map.of("a", "none")));
    }

    @Test
    void slicesRows() throws IOException {
        StoredTensor slice = new RowSlice(file.tensor("m"), 1, 3);
        assertArrayEquals(new int[] {2, 2}, slice.shape());
        assertEquals(DType.F16, slice.dtype());
        assertArrayEquals(new float[] {2, 3, 4, 5}, slice.floats());
        assertArrayEquals(new float[] {9}, new RowSlice(file.tensor("b"), 1, 2).floats());
        assertArrayEquals(new float[0], new RowSlice(file.tensor("m"), 1, 1).floats());
        try (StoredTensor.Rows rows = slice.open()) {
            float[] target = new float[3];
            rows.read(1, 2, target, 1);
            assertArrayEquals(new float[] {0, 4, 5}, target);
            assertThrows(IndexOutOfBoundsException.class, () -> rows.read(-1, 0, target, 0));
        }
        for (int[] range : new int[][] {{-1, 1}, {2, 1}, {0, 4}}) {
            String message = assertThrows(
                            IllegalArgumentException.class, () -> new RowSlice(file.tensor("m"), range[0], range[1]))
                    .getMessage();
            assertTrue(message.contains("[3, 2], which has no rows " + range[0]), message);
        }
        assertThrows(IllegalArgumentException.class, () -> new RowSlice(file.tensor("scalar"), 0, 1));
    }

    @Test
    void transposes() throws IOException {
        StoredTensor transposed = new TransposedTensor(file.tensor("m"));
        assertArrayEquals(new int[] {2, 3}, transposed.shape());
        assertArrayEquals(new float[] {0, 2, 4, 1, 3, 5}, transposed.floats());
        try (StoredTensor.Rows rows = transposed.open()) {
            float[] target = new float[4];
            rows.read(1, 2, target, 1);
            assertArrayEquals(new float[] {0, 1, 3, 5}, target);
        }
        assertThrows(IllegalArgumentException.class, () -> new TransposedTensor(file.tensor("b")));
    }
}
