package dev.mezzotint.engine.checkpoint;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;

/** Writes a file whole or not at all: under a temporary name beside it, forced to disk, then moved into place. */
public final class AtomicFile {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final AtomicLong COUNTER = new AtomicLong();

    private AtomicFile() {}

    /**
     * Lets {@code content} write the file. A file that was there before stays as it is until the new one is complete,
     * and stays for good if anything fails. What is no regular file, such as {@code /dev/stdout}, is written to
     * directly.
     *
     * @throws IOException if the file cannot be written; the message names the path and says what to do
     */
    public static void write(Path path, IOConsumer<OutputStream> content) throws IOException {
        if (Files.isDirectory(path)) {
            throw new IOException(path + " could not be written: it is a folder; name a file in it");
        }
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            writeDirectly(path, content);
            return;
        }
        Path temporary = WriteFailure.folderOf(path)
                .resolve("." + path.getFileName() + "."
                        + ProcessHandle.current().pid() + "-" + COUNTER.incrementAndGet() + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
                content.accept(out);
                out.flush();
                channel.force(true);
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            Files.deleteIfExists(temporary);
            throw e instanceof FormatException ? e : WriteFailure.explain(path, e);
        } catch (RuntimeException | Error e) {
            Files.deleteIfExists(temporary);
            throw e;
        }
        forceFolder(WriteFailure.folderOf(path));
    }

    private static void writeDirectly(Path path, IOConsumer<OutputStream> content) throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(path, StandardOpenOption.WRITE))) {
            content.accept(out);
        } catch (IOException e) {
            throw e instanceof FormatException ? e : WriteFailure.explain(path, e);
        }
    }

    /** Makes renames in a folder last through a power cut, where the system can. */
    static void forceFolder(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            // Windows cannot open folders; its file system orders renames by itself.
        }
    }
}
