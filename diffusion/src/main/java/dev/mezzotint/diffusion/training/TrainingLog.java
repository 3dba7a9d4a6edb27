package dev.mezzotint.diffusion.training;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/** Writes {@code loss.csv} and {@code loss.png} and says now and then how the training goes. */
final class TrainingLog implements AutoCloseable {
    private static final String HEADER = "step,examples,loss,gradient_norm,learning_rate,seconds";
    private static final long PROGRESS_NANOS = 5_000_000_000L;
    private static final int STEPS_PER_ROW = 20;

    private final TrainingTask task;
    private final TrainingSettings settings;
    private final Consumer<String> progress;
    private final Path csv;
    private final Path png;
    private final Writer writer;
    private final long firstStep;
    private final long start = System.nanoTime();
    private final double secondsBefore;
    private long lastProgress = start;
    private double lossSum;
    private double normSum;
    private int counted;
    private double smoothLoss = Double.NaN;

    TrainingLog(Path folder, TrainingTask task, long firstStep, TrainingSettings settings, Consumer<String> progress)
            throws IOException {
        this.task = task;
        this.settings = settings;
        this.progress = progress;
        this.firstStep = firstStep;
        Files.createDirectories(folder);
        csv = folder.resolve("loss.csv");
        png = folder.resolve("loss.png");
        secondsBefore = keepRowsUpTo(firstStep);
        writer = Files.newBufferedWriter(csv, StandardOpenOption.APPEND);
    }

    /** Drops rows after the checkpoint, which will be computed again; returns the seconds of the last one kept. */
    private double keepRowsUpTo(long step) throws IOException {
        List<String> kept = new ArrayList<>(List.of(HEADER));
        double seconds = 0;
        if (Files.exists(csv)) {
            for (String row : Files.readAllLines(csv)) {
                String[] cells = row.split(",");
                if (cells.length == 6 && !row.equals(HEADER) && Long.parseLong(cells[0]) <= step) {
                    kept.add(row);
                    seconds = Double.parseDouble(cells[5]);
                }
            }
        }
        Files.write(csv, kept);
        return seconds;
    }

    void step(long step, double loss, double norm, double rate) {
        lossSum += loss;
        normSum += norm;
        counted++;
        smoothLoss = Double.isNaN(smoothLoss) ? loss : 0.98 * smoothLoss + 0.02 * loss;
        long now = System.nanoTime();
        if (step % STEPS_PER_ROW == 0) {
            writeRow(step, rate, (now - start) / 1e9 + secondsBefore);
        }
        if (now - lastProgress > PROGRESS_NANOS) {
            lastProgress = now;
            double perStep = (now - start) / 1e9 / (step - firstStep);
            long left = Math.round(perStep * (settings.rate().steps() - step));
            progress.accept(String.format(
                    Locale.ROOT,
                    "%s: step %d/%d, loss %.4f, %.1f examples/s, %d:%02d:%02d left",
                    task.name(),
                    step,
                    settings.rate().steps(),
                    smoothLoss,
                    task.batchSize() * settings.accumulation() / perStep,
                    left / 3600,
                    left / 60 % 60,
                    left % 60));
        }
    }

    private void writeRow(long step, double rate, double seconds) {
        try {
            writer.write(String.format(
                    Locale.ROOT,
                    "%d,%d,%.6f,%.5f,%.3e,%.1f%n",
                    step,
                    step * task.batchSize() * settings.accumulation(),
                    lossSum / counted,
                    normSum / counted,
                    rate,
                    seconds));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        lossSum = 0;
        normSum = 0;
        counted = 0;
    }

    /** Brings file and picture up to date. */
    void flush() throws IOException {
        writer.flush();
        LossCurve.draw(csv, png, task.name());
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }
}
