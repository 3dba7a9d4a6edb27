package dev.mezzotint.diffusion.training;

import dev.mezzotint.engine.checkpoint.AtomicFile;
import dev.mezzotint.engine.checkpoint.FormatException;
import java.awt.AWTError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Writes {@code loss.csv} and {@code loss.png} and says now and then how the training goes. */
final class TrainingLog {
    private static final String HEADER = "step,examples,loss,gradient_norm,learning_rate,seconds";
    private static final long PROGRESS_NANOS = 5_000_000_000L;
    private static final int STEPS_PER_ROW = 20;
    private static final String LOSS_SUM = "row_loss_sum";
    private static final String NORM_SUM = "row_norm_sum";
    private static final String COUNTED = "row_steps";

    private final TrainingTask task;
    private final TrainingSettings settings;
    private final Consumer<String> progress;
    private final Path csv;
    private final Path png;
    private final List<String> rows = new ArrayList<>();
    private final long firstStep;
    private final long start = System.nanoTime();
    private final double secondsBefore;
    private long lastProgress = start;
    private double lossSum;
    private double normSum;
    private int counted;
    private double smoothLoss = Double.NaN;
    private boolean drawable = true;

    /**
     * A log that goes on where a checkpoint was.
     *
     * @param firstStep steps of the checkpoint
     * @param unfinished what {@link #unfinishedRow} gave then; empty at the start
     * @throws FormatException if what is there cannot be understood
     */
    TrainingLog(
            Path folder,
            TrainingTask task,
            long firstStep,
            Map<String, String> unfinished,
            TrainingSettings settings,
            Consumer<String> progress)
            throws IOException {
        this.task = task;
        this.settings = settings;
        this.progress = progress;
        this.firstStep = firstStep;
        Files.createDirectories(folder);
        csv = folder.resolve("loss.csv");
        png = folder.resolve("loss.png");
        secondsBefore = keepRowsUpTo(firstStep);
        try {
            lossSum = Double.parseDouble(unfinished.getOrDefault(LOSS_SUM, "0"));
            normSum = Double.parseDouble(unfinished.getOrDefault(NORM_SUM, "0"));
            counted = Integer.parseInt(unfinished.getOrDefault(COUNTED, "0"));
        } catch (NumberFormatException e) {
            throw new FormatException(
                    folder + ": the checkpoint's sums for the log are not numbers; start in a new folder", e);
        }
    }

    /** Drops rows after the checkpoint, which will be computed again; returns the seconds of the last one kept. */
    private double keepRowsUpTo(long step) throws IOException {
        double seconds = 0;
        if (Files.exists(csv)) {
            for (String row : Files.readAllLines(csv)) {
                String[] cells = row.split(",");
                try {
                    if (cells.length == 6 && !row.equals(HEADER) && Long.parseLong(cells[0]) <= step) {
                        seconds = Double.parseDouble(cells[5]);
                        rows.add(row);
                    }
                } catch (NumberFormatException e) {
                    throw new FormatException(csv + ": the row '" + row + "' is no row of a log; move it away", e);
                }
            }
        }
        return seconds;
    }

    void step(long step, double loss, double norm, double rate) {
        lossSum += loss;
        normSum += norm;
        counted++;
        smoothLoss = Double.isNaN(smoothLoss) ? loss : 0.98 * smoothLoss + 0.02 * loss;
        long now = System.nanoTime();
        if (step % STEPS_PER_ROW == 0) {
            addRow(step, rate, (now - start) / 1e9 + secondsBefore);
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

    private void addRow(long step, double rate, double seconds) {
        rows.add(String.format(
                Locale.ROOT,
                "%d,%d,%.6f,%.5f,%.3e,%.1f",
                step,
                step * task.batchSize() * settings.accumulation(),
                lossSum / counted,
                normSum / counted,
                rate,
                seconds));
        lossSum = 0;
        normSum = 0;
        counted = 0;
    }

    /** What a checkpoint keeps of the row that is not full, so that it is the same row after a resumption. */
    Map<String, String> unfinishedRow() {
        return Map.of(
                LOSS_SUM, Double.toString(lossSum),
                NORM_SUM, Double.toString(normSum),
                COUNTED, Integer.toString(counted));
    }

    /** Brings the file up to date. */
    void write() throws IOException {
        String text = HEADER + "\n"
                + String.join("", rows.stream().map(row -> row + "\n").toList());
        AtomicFile.write(csv, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Brings the picture up to date where this system can draw; a training does not end for want of fonts. */
    void draw() {
        if (!drawable) {
            return;
        }
        try {
            LossCurve.draw(csv, png, task.name());
        } catch (IOException | RuntimeException | AWTError | InternalError | LinkageError e) {
            drawable = false;
            progress.accept("warning: " + png + " could not be drawn (" + e + "); the numbers are in " + csv);
        }
    }
}
