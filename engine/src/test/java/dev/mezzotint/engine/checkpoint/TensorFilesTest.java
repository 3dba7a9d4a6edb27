package dev.mezzotint.engine.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFilesTest {
    @TempDir
    Path folder;

    private Path safetensors(String name) throws IOException {
        Path path = folder.resolve(name);
        SafetensorsWriter.write(
                path,
                List.of(
                        NamedArray.ofFloats("a", new int[] {2}, new float[] {1, 2}),
                        new NamedArray("b", DType.BF16, new int[] {2, 2}, new float[] {1, 2, 3, 4})),
                Map.of("format", "pt"));
        return path;
    }

    @Test
    void judgesByContent() throws IOException {
        assertArrayEquals(
                new float[] {1, 2},
                TensorFiles.open(safetensors("model.ckpt")).tensor("a").floats());
        Path pickle = TorchArchive.write(folder.resolve("model.safetensors"), TorchArchive.dict(TorchArchive.TENSOR));
        assertArrayEquals(
                new float[] {1, 2}, TensorFiles.open(pickle).tensor("a").floats());
        Path index = Files.writeString(folder.resolve("index.pt"), "{\"weight_map\": {\"b\": \"model.ckpt\"}}");
        assertArrayEquals(
                new float[] {1, 2, 3, 4}, TensorFiles.open(index).tensor("b").floats());
    }

    /** The first two bytes are those of a pickle, or "PK". */
    @Test
    void theLengthOfAHeaderIsNoMagicNumber() throws IOException {
        for (int length : new int[] {0x280, 0x380, 0x4b50}) {
            byte[] header = Arrays.copyOf(
                    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}".getBytes(UTF_8), length);
            for (int i = header.length - 1; header[i] == 0; i--) {
                header[i] = ' ';
            }
            ByteBuffer file = ByteBuffer.allocate(Long.BYTES + length + 8).order(ByteOrder.LITTLE_ENDIAN);
            file.putLong(length).put(header).putFloat(1).putFloat(2);
            Path path = Files.write(folder.resolve("length" + length), file.array());
            assertArrayEquals(
                    new float[] {1, 2}, TensorFiles.open(path).tensor("a").floats());
        }
    }

    @Test
    void refusesOtherFiles() throws IOException {
        assertRefused(Files.write(folder.resolve("empty"), new byte[0]), "it has 0 bytes");
        assertRefused(Files.writeString(folder.resolve("brace"), "{}"), "is no index of a sharded model");
        assertRefused(Files.writeString(folder.resolve("gguf"), "GGUF    1234"), "is a GGUF file");
        assertRefused(
                Files.writeString(folder.resolve("lfs"), "version https://git-lfs.github.com/spec/v1"), "git lfs pull");
        assertRefused(Files.writeString(folder.resolve("zip"), "PK\3\4, cut short"), "is a damaged zip archive");
        assertRefused(Files.writeString(folder.resolve("page"), "<!DOCTYPE html>"), "is not a safetensors file");
        assertRefused(folder, "is a folder");
        assertRefused(folder.resolve("gone"), "does not exist");
    }

    private static void assertRefused(Path path, String message) {
        String said = assertThrows(FormatException.class, () -> TensorFiles.open(path))
                .getMessage();
        assertTrue(said.startsWith(path.toString()) && said.contains(message) && said.contains("; "), said);
    }

    /** Whatever happens to a file's bytes, it is either read or refused. */
    @Test
    void survivesDamage() throws IOException {
        Path index = Files.writeString(
                folder.resolve("index.json"), "{\"metadata\": {}, \"weight_map\": {\"b\": \"model.safetensors\"}}");
        List<Path> sound = List.of(
                safetensors("model.safetensors"),
                index,
                TorchArchive.write(folder.resolve("handmade.pt"), TorchArchive.dict(TorchArchive.TENSOR)),
                TorchArchive.copy("nested.pt", folder),
                TorchArchive.copy("zip64.pt", folder),
                TorchArchive.copy("training.pt", folder));
        Random random = new Random(5);
        int[] outcomes = new int[2];
        Path damaged = folder.resolve("damaged");
        for (Path path : sound) {
            byte[] bytes = Files.readAllBytes(path);
            for (int trial = 0; trial < 500; trial++) {
                byte[] changed = damage(bytes, random);
                Files.write(damaged, changed);
                outcomes[readOrRefuse(damaged) ? 0 : 1]++;
            }
        }
        assertEquals(3000, outcomes[0] + outcomes[1]);
        assertTrue(outcomes[0] > 100 && outcomes[1] > 1000, Arrays.toString(outcomes));
    }

    /** Damage to a pickle alone, which is where a program may hide. */
    @Test
    void survivesDamagedPickles() {
        byte[] bytes = TorchArchive.bytes(TorchArchive.dict(TorchArchive.TENSOR));
        TorchObjects objects = new TorchObjects(folder, "data/", Map.of("data/0", new ZipDirectory.Entry(0, 8)));
        Random random = new Random(6);
        int refused = 0;
        for (int trial = 0; trial < 20_000; trial++) {
            try {
                PickleReader.read(folder, ByteBuffer.wrap(damage(bytes, random)), objects);
            } catch (FormatException e) {
                refused++;
            }
        }
        assertTrue(refused > 10_000, "refused " + refused);
    }

    private static byte[] damage(byte[] bytes, Random random) {
        if (random.nextInt(5) == 0) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length));
        }
        byte[] changed = bytes.clone();
        for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
            int at = random.nextInt(changed.length);
            changed[at] =
                    random.nextBoolean() ? (byte) random.nextInt(256) : (byte) (changed[at] ^ 1 << random.nextInt(8));
        }
        return changed;
    }

    private static boolean readOrRefuse(Path path) throws IOException {
        try (TensorFile file = TensorFiles.open(path)) {
            for (String name : file.names()) {
                file.tensor(name).floats();
            }
            return true;
        } catch (FormatException e) {
            assertTrue(e.getMessage().contains("; "), e.getMessage());
            return false;
        }
    }
}
