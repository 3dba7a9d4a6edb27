package dev.mezzotint.engine.checkpoint;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Turns what the system says about a failed write into one sentence with the path and a remedy. */
final class WriteFailure {
    private WriteFailure() {}

    static IOException explain(Path path, IOException cause) {
        Path folder = folderOf(path);
        String said = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        String lower = said.toLowerCase(Locale.ROOT);
        String why;
        if (lower.contains("no space left") || lower.contains("not enough space") || lower.contains("quota exceeded")) {
            why = "the disk is full; free some space or choose another folder";
        } else if (!Files.isDirectory(folder)) {
            why = "the folder " + folder + " does not exist; create it or choose another";
        } else if (cause instanceof AccessDeniedException || lower.contains("read-only") || !Files.isWritable(folder)) {
            why = "the folder " + folder
                    + " does not let itself be written to; change its permissions or choose another";
        } else if (cause instanceof FileSystemException failed && failed.getReason() != null) {
            why = failed.getReason() + "; choose another path";
        } else {
            why = said + "; choose another path";
        }
        return new IOException(path + " could not be written: " + why, cause);
    }

    static Path folderOf(Path path) {
        Path parent = path.toAbsolutePath().getParent();
        return parent == null ? path.toAbsolutePath() : parent;
    }
}
