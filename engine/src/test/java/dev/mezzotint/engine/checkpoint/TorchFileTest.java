package dev.mezzotint.engine.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files were written by PyTorch 2.13. */
class TorchFileTest {
    @TempDir
    Path folder;

    private TensorFile open(String name) throws IOException {
        return TensorFiles.open(TorchArchive.copy(name, folder));
    }

    @Test
    void readsEveryType() throws IOException {
        TensorFile file = open("all-types.pt");
        assertEquals(19, file.names().size());
        float[] values = {-1, -0.5f, 0, 0.5f, 1, 1.5f};
        for (DType dtype : List.of(DType.F64, DType.F32, DType.F16, DType.BF16)) {
            assertTensor(file, dtype.name().toLowerCase(), dtype, new int[] {2, 3}, values);
        }
        assertTensor(file, "i64", DType.I64, new int[] {4}, 0, -1, 127, 0x1p40f);
        assertTensor(file, "i32", DType.I32, new int[] {3}, 0, -1, 70000);
        assertTensor(file, "i16", DType.I16, new int[] {3}, 0, -1, 300);
        assertTensor(file, "i8", DType.I8, new int[] {3}, 0, -1, 127);
        assertTensor(file, "u8", DType.U8, new int[] {2}, 0, 255);
        assertTensor(file, "bool", DType.BOOL, new int[] {2}, 1, 0);
        assertTensor(file, "scalar", DType.F32, new int[0], 7);
        assertTensor(file, "empty", DType.F32, new int[] {4, 0});
        assertTensor(file, "parameter", DType.F32, new int[] {3}, -1, -0.5f, 0);
    }

    @Test
    void gathersViews() throws IOException {
        TensorFile file = open("all-types.pt");
        assertTensor(
                file, "whole", DType.F32, new int[] {4, 3}, -1, -0.5f, 0, 0.5f, 1, 1.5f, 2, 2.5f, 3, 3.5f, 4, 4.5f);
        assertTensor(
                file,
                "transposed",
                DType.F32,
                new int[] {3, 4},
                -1,
                0.5f,
                2,
                3.5f,
                -0.5f,
                1,
                2.5f,
                4,
                0,
                1.5f,
                3,
                4.5f);
        assertTensor(file, "rows", DType.F32, new int[] {2, 3}, 0.5f, 1, 1.5f, 2, 2.5f, 3);
        assertTensor(file, "columns", DType.F32, new int[] {4, 2}, -0.5f, 0, 1, 1.5f, 2.5f, 3, 4, 4.5f);
        assertTensor(file, "steps", DType.F32, new int[] {2, 2}, -1, 0, 2, 3);
        float[] permuted = file.tensor("permuted").floats();
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 2; j++) {
                for (int k = 0; k < 3; k++) {
                    assertEquals(((j * 3 + k) * 4 + i) * 0.5f - 1, permuted[(i * 2 + j) * 3 + k]);
                }
            }
        }
        try (StoredTensor.Rows rows = file.tensor("transposed").open()) {
            float[] target = new float[9];
            rows.read(1, 3, target, 1);
            assertArrayEquals(new float[] {0, -0.5f, 1, 2.5f, 4, 0, 1.5f, 3, 4.5f}, target);
            assertThrows(IndexOutOfBoundsException.class, () -> rows.read(1, 3, target, 2));
        }
    }

    private static void assertTensor(TensorFile file, String name, DType dtype, int[] shape, float... values)
            throws IOException {
        StoredTensor tensor = file.tensor(name);
        assertEquals(dtype, tensor.dtype(), name);
        assertArrayEquals(shape, tensor.shape(), name);
        assertArrayEquals(values, tensor.floats(), name);
    }

    @Test
    void takesTheModelOutOfATrainingCheckpoint() throws IOException {
        TensorFile file = open("training.pt");
        assertEquals(List.of("0.weight", "0.bias", "1.weight", "1.bias"), List.copyOf(file.names()));
        assertArrayEquals(new float[] {2, 2.5f, 3}, file.tensor("1.bias").floats());
    }

    @Test
    void joinsNestedNamesWithDots() throws IOException {
        for (String name : List.of("nested.pt", "zip64.pt")) {
            TensorFile file = open(name);
            assertEquals(List.of("model.a.weight", "model.3"), List.copyOf(file.names()));
            assertArrayEquals(
                    new float[] {-1, -0.5f}, file.tensor("model.a.weight").floats());
            assertEquals(
                    folder.resolve(name) + ": tensor \"model.3\"",
                    file.tensor("model.3").origin());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            before-1.6.pt  | from before version 1.6, or another pickle; load it in a newer PyTorch
            bare-tensor.pt | holds no dictionary of tensors
            complex.pt     | holds the global "torch.ComplexFloatStorage", which is not a tensor; nothing in it was run
            module.pt      | holds the global "torch.nn.modules.container.Sequential", which is not a tensor
            expanded.pt    | holds a tensor with more elements than its storage has
            """)
    void refusesWhatIsNoDictionaryOfTensors(String name, String message) {
        String said = assertThrows(FormatException.class, () -> open(name)).getMessage();
        assertTrue(said.contains(message), said);
        assertTrue(said.startsWith(folder.resolve(name).toString()), said);
        assertTrue(said.contains("; "), said);
    }

    @Test
    void refusesAFileThatChangedUnderIt() throws IOException {
        StoredTensor tensor = open("nested.pt").tensor("model.3");
        Files.setLastModifiedTime(folder.resolve("nested.pt"), FileTime.from(Instant.EPOCH));
        String said = assertThrows(FormatException.class, tensor::open).getMessage();
        assertTrue(said.contains("has changed since it was opened"), said);
    }

    @Test
    void refusesNamesThatMeet() throws IOException {
        String inner = "}" + TorchArchive.text("b") + TorchArchive.TENSOR + "s";
        Path path = TorchArchive.write(
                folder.resolve("m"),
                "\u0080\2}" + TorchArchive.text("a") + inner + "s" + TorchArchive.text("a.b") + TorchArchive.TENSOR
                        + "s.");
        assertRefused(path, "holds two tensors \"a.b\"");
    }

    @Test
    void refusesDictionariesThatHoldThemselves() throws IOException {
        String text = TorchArchive.text("a");
        assertRefused(TorchArchive.write(folder.resolve("m"), "\u0080\2}q\0" + text + "h\0s."), "dictionary in itself");
        StringBuilder doubling = new StringBuilder("\u0080\2}q\0");
        for (int i = 1; i < 60; i++) {
            doubling.append("}(" + text + "h\0" + TorchArchive.text("b") + "h\0uq\0");
        }
        assertRefused(TorchArchive.write(folder.resolve("n"), doubling + "."), "dictionary in itself, or more than");
    }

    @Test
    void boundsNames() throws IOException {
        String inner = TorchArchive.TENSOR;
        for (int i = 0; i < 5; i++) {
            inner = "}" + TorchArchive.text("k".repeat(120)) + inner + "s";
        }
        assertRefused(TorchArchive.write(folder.resolve("m"), "\u0080\2" + inner + "."), "more than 500 characters");
    }

    @Test
    void refusesOtherArchives() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("readme.txt", new byte[3]);
        assertRefused(Files.write(folder.resolve("a"), TorchArchive.zip(entries, ZipEntry.STORED)), "holds 0 data.pkl");
        byte[] pickle = TorchArchive.bytes(TorchArchive.dict("N"));
        entries.put("a/data.pkl", pickle);
        entries.put("b/data.pkl", pickle);
        assertRefused(Files.write(folder.resolve("b"), TorchArchive.zip(entries, ZipEntry.STORED)), "holds 2 data.pkl");
        entries.remove("b/data.pkl");
        entries.put("a/byteorder", TorchArchive.bytes("big"));
        assertRefused(
                Files.write(folder.resolve("c"), TorchArchive.zip(entries, ZipEntry.STORED)), "another byte order");
        entries.put("a/byteorder", TorchArchive.bytes("little"));
        Path sound = Files.write(folder.resolve("d"), TorchArchive.zip(entries, ZipEntry.STORED));
        assertTrue(TensorFiles.open(sound).names().isEmpty());
    }

    private static void assertRefused(Path path, String message) {
        String said =
                assertThrows(FormatException.class, () -> TorchFile.open(path)).getMessage();
        assertTrue(said.contains(message), said);
        assertTrue(said.startsWith(path + " ") && said.contains("; "), said);
        assertFalse(said.contains("\n"), said);
    }
}
