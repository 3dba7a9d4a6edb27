package dev.mezzotint.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;

/**
 * A file as it was when it was first opened, so that what is read later is known to come from the same bytes.
 *
 * @param size its length in bytes
 * @param modified when it was last written
 */
record FileVersion(Path path, long size, FileTime modified) {
    /**
     * The file as it is now.
     *
     * @throws FormatException if there is none, it is a folder or may not be read
     */
    static FileVersion of(Path path) throws IOException {
        try {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            if (now.isDirectory()) {
                throw new FormatException(path + " is a folder, not a file of tensors; name a file in it");
            }
            return new FileVersion(path, now.size(), now.lastModifiedTime());
        } catch (IOException e) {
            throw explain(path, e);
        }
    }

    /**
     * Opens it for reading.
     *
     * @throws FormatException if it is no longer the file that it was
     */
    FileChannel open() throws IOException {
        if (!equals(of(path))) {
            throw new FormatException(
                    path + " has changed since it was opened; start again, and leave it alone until the end");
        }
        try {
            return FileChannel.open(path, StandardOpenOption.READ);
        } catch (IOException e) {
            throw explain(path, e);
        }
    }

    /** Bytes {@code at} to {@code at + count}, little-endian and ready to be read; fewer where the file ends before. */
    static ByteBuffer bytes(FileChannel channel, long at, int count) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (into.hasRemaining() && channel.read(into, at + into.position()) >= 0) {
            // reads on until full or at the end of the file
        }
        return into.flip();
    }

    private static IOException explain(Path path, IOException cause) {
        return switch (cause) {
            case NoSuchFileException e -> new FormatException(path + " does not exist; check the path", e);
            case AccessDeniedException e -> new FormatException(path + " may not be read; change its permissions", e);
            case IOException e -> e;
        };
    }
}
