package dev.mezzotint.engine.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    @Test
    void replacesAFileAndLeavesNothingElse() throws IOException {
        Path path = folder.resolve("a.txt");
        AtomicFile.write(path, out -> out.write("first".getBytes()));
        AtomicFile.write(path, out -> {
            assertEquals("first", Files.readString(path), "the old file stands until the new one is whole");
            out.write("second".getBytes());
        });
        assertEquals("second", Files.readString(path));
        assertArrayEquals(new String[] {"a.txt"}, folder.toFile().list());
    }

    @Test
    void keepsTheOldFileOnFailure() throws IOException {
        Path path = Files.writeString(folder.resolve("a.txt"), "old");
        IOException thrown = assertThrows(
                IOException.class,
                () -> AtomicFile.write(path, out -> {
                    out.write(new byte[100_000]);
                    throw new IOException("no luck");
                }));
        assertEquals(path + " could not be written: no luck; choose another path", thrown.getMessage());
        assertThrows(
                IllegalStateException.class,
                () -> AtomicFile.write(path, out -> {
                    throw new IllegalStateException();
                }));
        assertEquals("old", Files.readString(path));
        assertArrayEquals(new String[] {"a.txt"}, folder.toFile().list());
    }

    @Test
    void saysWhyItCannotWrite() throws IOException {
        assertTrue(message(folder.resolve("no/a.txt")).contains("does not exist; create it"));
        assertTrue(message(folder).contains("is a folder; name a file in it"));
    }

    @Test
    void saysThatTheFolderIsReadOnly() throws IOException {
        Path locked = Files.createDirectory(folder.resolve("locked"));
        assumeTrue(locked.toFile().setWritable(false) && !Files.isWritable(locked), "this user may write everywhere");
        String message = message(locked.resolve("a.txt"));
        assertTrue(message.contains("does not let itself be written to; change its permissions"), message);
    }

    @Test
    void saysThatTheDiskIsFull() {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "there is no /dev/full here");
        assertEquals(
                "/dev/full could not be written: the disk is full; free some space or choose another folder",
                message(full));
        assertTrue(Files.exists(full), "a device stays what it is");
    }

    private static String message(Path path) {
        return assertThrows(IOException.class, () -> AtomicFile.write(path, out -> out.write(new byte[1000])))
                .getMessage();
    }
}
