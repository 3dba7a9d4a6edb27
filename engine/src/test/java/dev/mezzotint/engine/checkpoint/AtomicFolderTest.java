package dev.mezzotint.engine.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFolderTest {
    @TempDir
    Path folder;

    private static void fill(Path into, String text) throws IOException {
        Files.writeString(into.resolve("a"), text);
        Files.writeString(Files.createDirectories(into.resolve("sub")).resolve("b"), text);
    }

    @Test
    void replacesAFolderAndLeavesNothingElse() throws IOException {
        Path target = folder.resolve("model");
        for (String text : new String[] {"one", "two", "three"}) {
            AtomicFolder.write(target, into -> fill(into, text));
            assertEquals(text, Files.readString(target.resolve("a")));
            assertEquals(text, Files.readString(target.resolve("sub/b")));
            assertArrayEquals(new String[] {"model"}, folder.toFile().list());
        }
    }

    @Test
    void keepsTheOldFolderOnFailure() throws IOException {
        Path target = folder.resolve("model");
        AtomicFolder.write(target, into -> fill(into, "old"));
        IOException thrown = assertThrows(
                IOException.class,
                () -> AtomicFolder.write(target, into -> {
                    fill(into, "new");
                    throw new IOException("No space left on device");
                }));
        assertEquals(
                target + " could not be written: the disk is full; free some space or choose another folder",
                thrown.getMessage());
        assertEquals("old", Files.readString(target.resolve("a")));
        assertArrayEquals(new String[] {"model"}, folder.toFile().list());
    }

    @Test
    void recoversFromAKillAtEveryStep() throws IOException {
        Path target = folder.resolve("model");
        Path fresh = folder.resolve(".model.new");
        Path old = folder.resolve(".model.old");

        // Killed while the new folder grew: the old one stands.
        AtomicFolder.write(target, into -> fill(into, "one"));
        Files.createDirectory(fresh);
        Files.writeString(fresh.resolve("half"), "x");
        AtomicFolder.recover(target);
        assertEquals("one", Files.readString(target.resolve("a")));

        // Killed between the two renames: the old one comes back.
        Files.move(target, old);
        AtomicFolder.recover(target);
        assertEquals("one", Files.readString(target.resolve("a")));
        assertFalse(Files.exists(old));

        // Killed before the old folder was removed: the new one stands.
        fill(Files.createDirectory(old), "zero");
        AtomicFolder.recover(target);
        assertEquals("one", Files.readString(target.resolve("a")));
        assertFalse(Files.exists(old));

        // And writing goes on from there.
        AtomicFolder.write(target, into -> fill(into, "two"));
        assertEquals("two", Files.readString(target.resolve("a")));
        assertArrayEquals(new String[] {"model"}, folder.toFile().list());
    }

    @Test
    void refusesToLoseWhatItDidNotWrite() throws IOException {
        Path target = Files.createDirectory(folder.resolve("photos"));
        Files.writeString(target.resolve("holiday.jpg"), "x");
        String message = assertThrows(IOException.class, () -> AtomicFolder.write(target, into -> fill(into, "new")))
                .getMessage();
        assertTrue(message.contains("it holds holiday.jpg, which would be lost"), message);
        assertArrayEquals(new String[] {"holiday.jpg"}, target.toFile().list());
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThrows(IOException.class, () -> AtomicFolder.write(file, into -> fill(into, "new")));
        assertEquals("x", Files.readString(file));
        assertThrows(IOException.class, () -> AtomicFolder.write(Path.of("/"), into -> fill(into, "new")));
    }
}
