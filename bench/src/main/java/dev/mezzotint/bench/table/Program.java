package dev.mezzotint.bench.table;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Runs {@code ./mezzo} as a user does. */
final class Program {
    /**
     * How a run went.
     *
     * @param seconds from start to exit
     * @param peakBytes the most memory the process held at once; 0 where the system does not tell
     */
    record Run(double seconds, long peakBytes) {}

    private static final long LOOK_EVERY_MILLIS = 20;

    private final Path launcher;

    /** The launcher in the repository's root. */
    Program(Path root) {
        launcher = root.resolve("mezzo");
    }

    /** Runs a command line to its end. */
    Run run(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(launcher.toString());
        command.addAll(arguments);
        Path log = Files.createTempFile("mezzo", ".log");
        long start = System.nanoTime();
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        long peak = 0;
        try {
            // The launcher becomes the Java VM, so that the process stays the same.
            while (process.isAlive()) {
                peak = Math.max(peak, peakBytes(process.pid()));
                process.waitFor(Duration.ofMillis(LOOK_EVERY_MILLIS));
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + String.join(" ", command) + " ran", e);
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + " failed: "
                    + Files.readString(log).strip());
        }
        Files.delete(log);
        return new Run(seconds, peak);
    }

    /** Linux keeps the high-water mark of resident memory. */
    private static long peakBytes(long pid) {
        Path status = Path.of("/proc", Long.toString(pid), "status");
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D+", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException | UncheckedIOException e) {
            // It has just ended, or there is no such file system.
            return 0;
        }
    }

    /** The mean of the middle runs. */
    static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int n = sorted.length;
        return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    }
}
