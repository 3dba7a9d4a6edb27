package dev.mezzotint.engine.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    Path folder;

    @Test
    void everyTypeSurvivesTheRoundTrip() throws IOException {
        Path path = folder.resolve("all.safetensors");
        float[] exact = {0, -1.5f, 1024, 0.25f, Float.NEGATIVE_INFINITY, 2};
        long[] integers = {0, -1, 127, -128, 5, 6};
        int[] shape = {2, 3};
        SafetensorsWriter.write(
                path,
                List.of(
                        new NamedArray("u8", DType.U8, shape, new byte[] {0, 1, -1, 3, 4, 5}),
                        new NamedArray("bool", DType.BOOL, shape, new byte[] {0, 1, 1, 0, 0, 1}),
                        new NamedArray("f16", DType.F16, shape, exact),
                        new NamedArray("bf16", DType.BF16, shape, exact),
                        NamedArray.ofFloats("f32", shape, exact),
                        new NamedArray("f64", DType.F64, shape, exact),
                        new NamedArray("i8", DType.I8, shape, integers),
                        new NamedArray("i16", DType.I16, shape, integers),
                        new NamedArray("i32", DType.I32, shape, integers),
                        new NamedArray("i64", DType.I64, shape, integers),
                        NamedArray.ofFloats("scalar é", new int[0], new float[] {7}),
                        NamedArray.ofFloats("empty", new int[] {4, 0}, new float[0])),
                Map.of("format", "pt", "note", "\"quoted\""));
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertEquals(12, file.names().size());
            assertEquals(Map.of("format", "pt", "note", "\"quoted\""), file.metadata());
            for (String name : List.of("f16", "bf16", "f32", "f64")) {
                assertArrayEquals(exact, file.floats(name), name);
                assertArrayEquals(shape, file.shape(name), name);
                assertThrows(FormatException.class, () -> file.longs(name));
            }
            for (String name : List.of("i8", "i16", "i32", "i64")) {
                assertArrayEquals(integers, file.longs(name), name);
                assertArrayEquals(new float[] {0, -1, 127, -128, 5, 6}, file.floats(name), name);
            }
            assertArrayEquals(new long[] {0, 1, 255, 3, 4, 5}, file.longs("u8"));
            assertArrayEquals(new byte[] {0, 1, -1, 3, 4, 5}, file.bytes("u8"));
            assertArrayEquals(new long[] {0, 1, 1, 0, 0, 1}, file.longs("bool"));
            assertArrayEquals(new float[] {7}, file.floats("scalar é"));
            assertArrayEquals(new float[0], file.floats("empty"));
            assertEquals(DType.BF16, file.dtype("bf16"));
            assertTrue(file.has("u8"));
            assertFalse(file.has("u9"));
            assertEquals(
                    path + " has no tensor \"u9\" among its 12; check that the file fits the model",
                    assertThrows(FormatException.class, () -> file.floats("u9")).getMessage());
        }
    }

    @Test
    void largeTensorsSurviveTheRoundTrip() throws IOException {
        Path path = folder.resolve("large.safetensors");
        Random random = new Random(1);
        float[] floats = new float[70_001];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) random.nextGaussian();
        }
        SafetensorsWriter.write(
                path,
                List.of(
                        NamedArray.ofFloats("a", new int[] {floats.length}, floats),
                        new NamedArray("h", DType.F16, new int[] {floats.length}, floats),
                        new NamedArray("b", DType.BF16, new int[] {floats.length}, floats)),
                Map.of());
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertArrayEquals(floats, file.floats("a"));
            float[] half = file.floats("h");
            float[] brain = file.floats("b");
            for (int i = 0; i < floats.length; i++) {
                assertEquals(Float.float16ToFloat(Float.floatToFloat16(floats[i])), half[i]);
                assertEquals(floats[i], brain[i], Math.abs(floats[i]) / 256);
            }
        }
    }

    @Test
    void roundsToTheNearestEven() {
        assertEquals((short) 0x3F80, DType.floatToBfloat16(Float.intBitsToFloat(0x3F808000)));
        assertEquals((short) 0x3F82, DType.floatToBfloat16(Float.intBitsToFloat(0x3F818000)));
        assertEquals((short) 0x3F81, DType.floatToBfloat16(Float.intBitsToFloat(0x3F808001)));
        assertEquals((short) 0x7F80, DType.floatToBfloat16(Float.MAX_VALUE));
        assertTrue(Float.isNaN(DType.bfloat16ToFloat(DType.floatToBfloat16(Float.intBitsToFloat(0x7F800001)))));
    }

    @Test
    void writesTheSameBytesInAnyOrder() throws IOException {
        NamedArray a = NamedArray.ofFloats("a", new int[] {1}, new float[] {1});
        NamedArray b = new NamedArray("b", DType.F16, new int[] {3}, new float[] {1, 2, 3});
        SafetensorsWriter.write(folder.resolve("1"), List.of(a, b), Map.of("x", "1", "y", "2", "z", "3"));
        SafetensorsWriter.write(folder.resolve("2"), List.of(b, a), Map.of("z", "3", "y", "2", "x", "1"));
        byte[] first = Files.readAllBytes(folder.resolve("1"));
        assertArrayEquals(first, Files.readAllBytes(folder.resolve("2")));
        assertEquals(0, ByteBuffer.wrap(first).order(ByteOrder.LITTLE_ENDIAN).getLong() % 8);
    }

    @Test
    void refusesWhatCannotBeWritten() {
        float[] two = {1, 2};
        assertThrows(IllegalArgumentException.class, () -> NamedArray.ofFloats("a", new int[] {3}, two));
        assertThrows(IllegalArgumentException.class, () -> NamedArray.ofFloats("a", new int[] {-1, -2}, two));
        assertThrows(IllegalArgumentException.class, () -> new NamedArray("a", DType.I64, new int[] {2}, two));
        assertThrows(
                IllegalArgumentException.class, () -> new NamedArray("a", DType.F32, new int[] {2}, new double[2]));
        NamedArray a = NamedArray.ofFloats("a", new int[] {2}, two);
        assertThrows(
                IllegalArgumentException.class,
                () -> SafetensorsWriter.write(folder.resolve("twice"), List.of(a, a), Map.of()));
        NamedArray wide = new NamedArray("w", DType.I8, new int[] {1}, new long[] {128});
        assertThrows(
                IllegalArgumentException.class,
                () -> SafetensorsWriter.write(folder.resolve("wide"), List.of(wide), Map.of()));
        assertArrayEquals(new String[0], folder.toFile().list());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}                    | has 4 bytes, but its shape [2] of F32 needs 8
            {"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}                   | outside the file
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}                    | outside the file
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}                   | outside the file
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}                      | has 1 data_offsets where two belong
            {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}                   | impossible size -2
            {"a":{"dtype":"F32","shape":[99999999999],"data_offsets":[0,8]}}          | impossible size 99999999999
            {"a":{"dtype":"U8","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,8]}} | more elements than can be counted
            {"a":{"dtype":"F31","shape":[2],"data_offsets":[0,8]}}                    | has the dtype "F31"
            {"a":{"dtype":7,"shape":[2],"data_offsets":[0,8]}}                        | key "dtype" must be a string
            {"a":{"shape":[2],"data_offsets":[0,8]}}                                  | key "dtype" is missing
            {"a":{"dtype":"F32","shape":"2","data_offsets":[0,8]}}                    | expected an array
            {"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}}                  | expected an integer of 64 bits
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | key "a" occurs twice
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | (they overlap)
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}                    | (a gap)
            {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}                    | its tensors end at byte 4 of 8
            {"__metadata__":{"a":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | expected a string but found 1
            {"a":3}                                                                   | expected an object but found 3
            [1,2,3]                                                                   | expected an object but found an array of 3
            {"a":                                                                     | expected a value
            garbage!                                                                  | expected a value but found 'g'
            """)
    void refusesHostileHeaders(String header, String message) throws IOException {
        Path path = write(header.getBytes(StandardCharsets.UTF_8), 8);
        assertRefused(path, message);
    }

    @Test
    void refusesFilesOfOtherKinds() throws IOException {
        assertRefused(bytes(), "it has 0 bytes");
        assertRefused(bytes(1, 2, 3), "it has 3 bytes");
        assertRefused(bytes('P', 'K', 3, 4, 0, 0, 0, 0, 0, 0, 0), "PyTorch pickle");
        assertRefused(bytes(0x80, 2, 0x8a, 0xa, 0x6c, 0, 0, 0, 0, 0, 0), "PyTorch pickle");
        assertRefused(bytes('G', 'G', 'U', 'F', 3, 0, 0, 0, 0, 0, 0), "GGUF");
        assertRefused(bytes('v', 'e', 'r', 's', 'i', 'o', 'n', ' ', 'h', 't'), "git lfs pull");
        assertRefused(bytes(100, 0, 0, 0, 0, 0, 0, 0, '{', '}'), "says that its header has 100 bytes, but 2 follow");
        assertRefused(bytes(0, 0, 0, 0, 0, 0, 0, 0, '{', '}'), "its header has 0 bytes");
        assertRefused(bytes(1, 0, 0, 0, 0, 0, 0, 255, '{', '}'), "its header has 18374686479671623681 bytes");
        assertRefused(bytes(3, 0, 0, 0, 0, 0, 0, 0, '{', 0xFF, '}'), "not UTF-8");
        assertRefused(folder, "is a folder");
        assertRefused(folder.resolve("gone"), "does not exist");
        Path huge = bytes(1, 0xE1, 0xF5, 5, 0, 0, 0, 0, '{', '}'); // a header of 100,000,001 bytes
        assertRefused(huge, "at most 100000000 are allowed");
    }

    /** The length of a header may begin with the bytes that begin a pickle, or with those of "PK". */
    @Test
    void aHeaderMayHaveAnyLength() throws IOException {
        for (int length = 120; length < 1600; length += 8) {
            Path file = folder.resolve(length + ".safetensors");
            SafetensorsWriter.write(
                    file,
                    List.of(NamedArray.ofFloats("x", new int[] {1}, new float[] {length})),
                    Map.of("note", "n".repeat(length - 70)));
            try (TensorFile opened = TensorFiles.open(file)) {
                assertEquals(length, opened.tensor("x").floats()[0]);
            }
        }
        Path file = folder.resolve("pk.safetensors");
        for (int note = 0x4B50 - 100; note < 0x4B50; note += 4) {
            NamedArray array = NamedArray.ofFloats("x", new int[] {1}, new float[] {note});
            SafetensorsWriter.write(file, List.of(array), Map.of("note", "n".repeat(note)));
            try (TensorFile opened = TensorFiles.open(file)) {
                assertEquals(note, opened.tensor("x").floats()[0]);
            }
        }
    }

    @Test
    void acceptsAnEmptyFileOfTensors() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(bytes(2, 0, 0, 0, 0, 0, 0, 0, '{', '}'))) {
            assertTrue(file.names().isEmpty());
        }
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        Path whole = folder.resolve("whole");
        SafetensorsWriter.write(
                whole, List.of(NamedArray.ofFloats("a", new int[] {3}, new float[] {1, 2, 3})), Map.of("k", "v"));
        byte[] all = Files.readAllBytes(whole);
        for (int length = 0; length < all.length; length++) {
            Path cut = Files.write(folder.resolve("cut"), Arrays.copyOf(all, length));
            assertThrows(FormatException.class, () -> SafetensorsFile.open(cut).close(), "first " + length + " bytes");
        }
    }

    @Test
    void everyShiftIsRefused() throws IOException {
        byte[] all = Files.readAllBytes(write(header("[2]", 8), 8));
        for (int shift = 1; shift < all.length; shift++) {
            byte[] later = new byte[all.length + shift];
            System.arraycopy(all, 0, later, shift, all.length);
            Path forwards = Files.write(folder.resolve("forwards"), later);
            assertThrows(
                    FormatException.class, () -> SafetensorsFile.open(forwards).close(), shift + " bytes more");
            Path backwards = Files.write(folder.resolve("backwards"), Arrays.copyOfRange(all, shift, all.length));
            assertThrows(
                    FormatException.class, () -> SafetensorsFile.open(backwards).close(), shift + " bytes fewer");
        }
    }

    @Test
    void readsUnalignedTensors() throws IOException {
        Path path = write(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}  ".getBytes(StandardCharsets.UTF_8),
                8);
        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertArrayEquals(new float[] {0, 0}, file.floats("a"));
        }
    }

    @Test
    void readsRowsAfterTheFileIsClosed() throws IOException {
        Path path = folder.resolve("rows");
        float[] values = {0, 1, 2, 3, 4, 5};
        SafetensorsWriter.write(
                path,
                List.of(
                        new NamedArray("h", DType.F16, new int[] {3, 2}, values),
                        NamedArray.ofFloats("scalar", new int[0], new float[] {7}),
                        NamedArray.ofFloats("none", new int[] {0, 5}, new float[0])),
                Map.of());
        TensorFile file = SafetensorsFile.open(path);
        StoredTensor half = file.tensor("h");
        file.close();
        assertEquals(path + ": tensor \"h\"", half.origin());
        float[] target = new float[6];
        try (StoredTensor.Rows rows = half.open()) {
            rows.read(1, 3, target, 1);
            assertArrayEquals(new float[] {0, 2, 3, 4, 5, 0}, target);
            assertThrows(IndexOutOfBoundsException.class, () -> rows.read(1, 4, target, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> rows.read(0, 3, target, 1));
        }
        assertArrayEquals(new float[] {7}, file.tensor("scalar").floats());
        assertArrayEquals(new float[0], file.tensor("none").floats());
        assertEquals(5, file.tensor("none").rowLength());
    }

    @Test
    void readsElementsOf16BitsAsTheyAre() throws IOException {
        Path path = folder.resolve("halves");
        float[] values = {0, 1, -2, 3, 4, 5};
        int[] shape = {3, 2};
        SafetensorsWriter.write(
                path,
                List.of(
                        new NamedArray("half", DType.F16, shape, values),
                        new NamedArray("brain", DType.BF16, shape, values),
                        NamedArray.ofFloats("float", shape, values)),
                Map.of());
        try (TensorFile file = SafetensorsFile.open(path);
                StoredTensor.Rows half = file.tensor("half").open();
                StoredTensor.Rows brain = file.tensor("brain").open();
                StoredTensor.Rows slice = new RowSlice(file.tensor("half"), 1, 2).open();
                StoredTensor.Rows floats = file.tensor("float").open()) {
            short[] target = new short[3];
            assertTrue(half.readHalves(1, 0, 2, target, 1));
            assertArrayEquals(new short[] {0, Float.floatToFloat16(-2), Float.floatToFloat16(3)}, target);
            assertTrue(brain.readHalves(2, 1, 1, target, 0));
            assertEquals(DType.floatToBfloat16(5), target[0]);
            assertTrue(slice.readHalves(0, 1, 1, target, 0));
            assertEquals(Float.floatToFloat16(3), target[0]);
            assertFalse(floats.readHalves(0, 0, 1, target, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> half.readHalves(3, 0, 1, target, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> half.readHalves(0, 1, 2, target, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> half.readHalves(0, 0, 2, target, 2));
            assertThrows(IndexOutOfBoundsException.class, () -> slice.readHalves(1, 0, 1, target, 0));
        }
    }

    @Test
    void refusesAFileThatChangedUnderIt() throws IOException {
        Path path = write(header("[2]", 8), 8);
        StoredTensor tensor = SafetensorsFile.open(path).tensor("a");
        Files.setLastModifiedTime(path, FileTime.from(Instant.EPOCH));
        assertEquals(
                path + " has changed since it was opened; start again, and leave it alone until the end",
                assertThrows(FormatException.class, tensor::floats).getMessage());
        Files.delete(path);
        assertEquals(
                path + " does not exist; check the path",
                assertThrows(FormatException.class, tensor::open).getMessage());
    }

    @Test
    void refusesRowsBeyondAnArray() throws IOException {
        assertRefused(write(header("[0,2147483647,2]", 0), 0), "rows of more elements than an array");
    }

    private static byte[] header(String shape, int bytes) {
        return ("{\"a\":{\"dtype\":\"F32\",\"shape\":" + shape + ",\"data_offsets\":[0," + bytes + "]}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    private void assertRefused(Path path, String message) {
        FormatException thrown = assertThrows(
                FormatException.class, () -> SafetensorsFile.open(path).close());
        assertTrue(thrown.getMessage().contains(message), thrown.getMessage());
        assertTrue(thrown.getMessage().startsWith(path.toString()), thrown.getMessage());
        assertTrue(thrown.getMessage().contains("; "), "says what to do: " + thrown.getMessage());
        assertFalse(thrown.getMessage().contains("\n"), thrown.getMessage());
    }

    private Path write(byte[] header, int dataBytes) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(8 + header.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        all.putLong(header.length).put(header);
        return Files.write(folder.resolve("made"), all.array());
    }

    private Path bytes(int... values) throws IOException {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return Files.write(folder.resolve("bytes"), bytes);
    }
}
