package dev.mezzotint.engine.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Writes a folder whole or not at all, even where the process is killed midway: it grows as {@code .NAME.new}, is
 * forced to disk, the folder before it becomes {@code .NAME.old}, the new one takes its name, and the old one goes. The
 * names are hidden ones so that no backup that someone made is taken for them.
 *
 * <p>Between the two renames the name is missing for a moment; {@link #recover}, called before reading, brings the old
 * folder back. One process may write a folder at a time.
 */
public final class AtomicFolder {
    private AtomicFolder() {}

    /**
     * Lets {@code content} fill an empty folder, then puts that in the place of {@code target}.
     *
     * @throws IOException if it cannot be written, or if {@code target} holds a file or folder that the new one lacks
     *     and that would be lost; the message names the path and says what to do
     */
    public static void write(Path target, IOConsumer<Path> content) throws IOException {
        Path absolute = target.toAbsolutePath().normalize();
        if (absolute.getFileName() == null) {
            throw new IOException(
                    target + " could not be written: it is the root of the file system; name a folder in it");
        }
        Path fresh = sibling(absolute, ".new");
        Path old = sibling(absolute, ".old");
        try {
            recover(absolute);
            if (Files.exists(absolute, LinkOption.NOFOLLOW_LINKS) && !Files.isDirectory(absolute)) {
                throw new FormatException(target + " could not be written: a file is in its place; move it away");
            }
            delete(fresh);
            Files.createDirectory(fresh);
            content.accept(fresh);
            requireNothingLost(absolute, fresh);
            force(fresh);
            if (Files.isDirectory(absolute)) {
                Files.move(absolute, old, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.move(fresh, absolute, StandardCopyOption.ATOMIC_MOVE);
            AtomicFile.forceFolder(WriteFailure.folderOf(absolute));
            delete(old);
        } catch (IOException e) {
            giveUp(absolute, fresh);
            throw e instanceof FormatException ? e : WriteFailure.explain(target, e);
        } catch (RuntimeException | Error e) {
            giveUp(absolute, fresh);
            throw e;
        }
    }

    /**
     * Brings a folder back whose replacement was cut short between its two renames, and removes what a cut-short
     * replacement left over. To be called before reading a folder that {@link #write} writes, by the one process that
     * uses it.
     *
     * @throws IOException if the folders cannot be renamed
     */
    public static void recover(Path target) throws IOException {
        Path absolute = target.toAbsolutePath().normalize();
        if (absolute.getFileName() == null) {
            return;
        }
        Path old = sibling(absolute, ".old");
        if (!Files.isDirectory(old)) {
            return;
        }
        if (Files.exists(absolute)) {
            delete(old); // the new folder is in place, and only this last step was left undone
        } else {
            Files.move(old, absolute, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static void giveUp(Path target, Path fresh) {
        try {
            recover(target);
            delete(fresh);
        } catch (IOException e) {
            // What is left over is removed by the next write; the first failure is the one to report.
        }
    }

    private static void requireNothingLost(Path target, Path fresh) throws IOException {
        if (!Files.isDirectory(target)) {
            return;
        }
        try (Stream<Path> entries = Files.list(target)) {
            Optional<Path> lost = entries.map(Path::getFileName)
                    .filter(name -> !Files.exists(fresh.resolve(name)))
                    .min(Comparator.naturalOrder());
            if (lost.isPresent()) {
                throw new FormatException(target + " could not be replaced: it holds " + lost.get()
                        + ", which would be lost; move that away or choose another folder");
            }
        }
    }

    private static Path sibling(Path path, String suffix) {
        return path.resolveSibling("." + path.getFileName() + suffix);
    }

    private static void force(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                if (Files.isDirectory(path)) {
                    AtomicFile.forceFolder(path);
                } else {
                    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                        channel.force(true);
                    }
                }
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException failed) throws IOException {
                if (failed != null) {
                    throw failed;
                }
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
