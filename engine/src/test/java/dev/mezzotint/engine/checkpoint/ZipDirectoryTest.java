package dev.mezzotint.engine.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZipDirectoryTest {
    @TempDir
    Path folder;

    private Map<String, ZipDirectory.Entry> read(byte[] archive) throws IOException {
        FileVersion file = FileVersion.of(Files.write(folder.resolve("archive"), archive));
        try (FileChannel channel = file.open()) {
            return ZipDirectory.read(file, channel);
        }
    }

    private static byte[] archive(String... names) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        for (String name : names) {
            entries.put(name, ("content of " + name).getBytes(StandardCharsets.UTF_8));
        }
        return TorchArchive.zip(entries, ZipEntry.STORED);
    }

    @Test
    void findsEveryEntry() throws IOException {
        byte[] archive = archive("m/data.pkl", "m/data/0", "m/caf\u00e9", "m/a..b");
        Map<String, ZipDirectory.Entry> entries = read(archive);
        assertEquals(4, entries.size());
        entries.forEach((name, entry) -> {
            byte[] content = Arrays.copyOfRange(archive, (int) entry.begin(), (int) (entry.begin() + entry.size()));
            assertArrayEquals(("content of " + name).getBytes(StandardCharsets.UTF_8), content);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "a/../b", "..", "/a", "a\\b", ""})
    void refusesNamesThatLeaveTheArchive(String name) {
        assertRefused(archive("sound", name), "it has an entry of the name");
    }

    @Test
    void refusesTwoEntriesOfOneName() {
        byte[] archive = archive("m/a", "m/b");
        for (int i = 0; i < archive.length; i++) {
            if (archive[i] == 'b' && archive[i - 1] == '/') {
                archive[i] = 'a';
            }
        }
        assertRefused(archive, "it has two entries \"m/a\"");
    }

    @Test
    void refusesCompressedAndEncryptedEntries() {
        byte[] deflated = TorchArchive.zip(Map.of("a", new byte[100]), ZipEntry.DEFLATED);
        assertRefused(deflated, "the entry \"a\" is compressed or encrypted");
        byte[] encrypted = archive("a");
        encrypted[central(encrypted) + 8] |= 1;
        assertRefused(encrypted, "the entry \"a\" is compressed or encrypted");
    }

    @Test
    void refusesEntriesThatAreNotThere() {
        byte[] elsewhere = archive("a", "b");
        buffer(elsewhere).putInt(central(elsewhere) + 42, 1);
        assertRefused(elsewhere, "\"a\" is not where its directory says");
        byte[] outside = archive("a");
        buffer(outside).putInt(central(outside) + 42, Integer.MAX_VALUE);
        assertRefused(outside, "points outside the file");
        byte[] large = archive("a");
        buffer(large).putInt(central(large) + 20, 1 << 30).putInt(central(large) + 24, 1 << 30);
        assertRefused(large, "\"a\" lies outside the file");
        byte[] twoSizes = archive("a");
        buffer(twoSizes).putInt(central(twoSizes) + 20, 1);
        assertRefused(twoSizes, "\"a\" has two sizes");
        byte[] wide = archive("a");
        buffer(wide).putInt(central(wide) + 24, -1);
        assertRefused(wide, "lacks a field of 64 bits");
    }

    @Test
    void everyTruncationIsRefused() {
        byte[] archive = archive("m/data.pkl", "m/data/0");
        for (int length = 0; length < archive.length; length++) {
            assertRefused(Arrays.copyOf(archive, length), "");
        }
    }

    private static int central(byte[] archive) {
        int at = 0;
        while (buffer(archive).getInt(at) != 0x02014b50) {
            at++;
        }
        return at;
    }

    private static ByteBuffer buffer(byte[] archive) {
        return ByteBuffer.wrap(archive).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void assertRefused(byte[] archive, String message) {
        String said = assertThrows(FormatException.class, () -> read(archive)).getMessage();
        assertTrue(said.contains(message), said);
        assertTrue(said.startsWith(folder.resolve("archive").toString()) && said.contains("; "), said);
    }
}
