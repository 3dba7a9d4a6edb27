package dev.mezzotint.diffusion.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.stream.Collectors;

/** What is said about a failure: one sentence, on one line. */
final class Failure {
    private static final long MEBIBYTE = 1 << 20;

    private Failure() {}

    /** The sentence for a failure of whatever kind. */
    static String sentence(Throwable failure) {
        return oneLine(
                switch (failure) {
                    case NoSuchFileException e -> e.getFile() + " does not exist; check the path";
                    case AccessDeniedException e -> e.getFile() + " may not be read or written; change its permissions";
                    case FileSystemException e -> e.getMessage() + "; check the path";
                    case UncheckedIOException e -> sentence(e.getCause());
                    case IOException e -> said(e);
                    case IllegalArgumentException e -> said(e);
                    case ArithmeticException e -> said(e);
                    case OutOfMemoryError e ->
                        "there is not enough memory: the Java VM may use "
                                + Runtime.getRuntime().maxMemory() / MEBIBYTE
                                + " MiB; choose a smaller picture or batch, or allow more with JDK_JAVA_OPTIONS=-Xmx8g";
                    case InternalError e
                    when String.valueOf(e.getMessage()).contains("memory access") ->
                        "a file was cut short while it was read; leave models alone while they are in use";
                    default -> failure + "; this is a bug: please report it with what --verbose prints";
                });
    }

    private static String said(Throwable failure) {
        return failure.getMessage() == null
                ? failure + "; this is a bug: please report it with what --verbose prints"
                : failure.getMessage();
    }

    /** The text with its line breaks made spaces. */
    static String oneLine(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining(" "));
    }
}
