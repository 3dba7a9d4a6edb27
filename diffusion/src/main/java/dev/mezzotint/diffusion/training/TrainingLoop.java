package dev.mezzotint.diffusion.training;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.optim.AdamW;
import dev.mezzotint.engine.optim.Ema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Repeats a task: loss, gradients, AdamW, average of the weights; keeps checkpoints, a log and a progress line. It goes on
 * from the last checkpoint in its folder.
 */
public final class TrainingLoop {
    private final TrainingTask task;
    private final TrainingSettings settings;
    private final Compute compute;
    private final Path folder;
    private final Consumer<String> progress;
    private final TrainingCheckpoint checkpoint;
    private final AdamW optimizer;
    private final Ema ema;

    /**
     * A loop over a task whose parameters have their first values.
     *
     * @param folder where checkpoint, log and curve are kept; made if it is not there
     * @param progress receives a line now and then
     */
    public TrainingLoop(
            TrainingTask task, TrainingSettings settings, Compute compute, Path folder, Consumer<String> progress) {
        this(task, settings, compute, folder, Map.of(), progress);
    }

    /**
     * A loop over a task whose parameters have their first values.
     *
     * @param given what the batches follow from, by name, such as a seed: the training goes on from a checkpoint only
     *     if it is the same; the size of a batch is always among it
     */
    public TrainingLoop(
            TrainingTask task,
            TrainingSettings settings,
            Compute compute,
            Path folder,
            Map<String, String> given,
            Consumer<String> progress) {
        this.task = task;
        this.settings = settings;
        this.compute = compute;
        this.folder = folder;
        this.progress = progress;
        optimizer = new AdamW(task.parameters(), settings.optimizer());
        ema = new Ema(optimizer.parameters(), settings.emaDecay());
        Map<String, String> all = new HashMap<>(given);
        all.put("batch", Integer.toString(task.batchSize()));
        all.put("accumulation", Integer.toString(settings.accumulation()));
        checkpoint = new TrainingCheckpoint(folder.resolve("checkpoint"), task.name(), all, optimizer, ema);
    }

    /**
     * Trains to the end, or until the thread is interrupted; then the averaged weights are in the parameters if the
     * training is finished.
     *
     * @return whether the training is finished
     * @throws IOException if a checkpoint or the log cannot be written, or the checkpoint belongs to another training
     * @throws ArithmeticException if the loss or a gradient is not finite; the last checkpoint is untouched
     */
    public boolean run() throws IOException {
        Map<String, String> notes = Interrupts.read(checkpoint::restore);
        long steps = settings.rate().steps();
        TrainingLog log =
                Interrupts.read(() -> new TrainingLog(folder, task, optimizer.steps(), notes, settings, progress));
        long saved = System.nanoTime();
        try (BatchGradients gradients = new BatchGradients(compute)) {
            while (optimizer.steps() < steps && !Thread.currentThread().isInterrupted()) {
                double rate = settings.rate().at(optimizer.steps());
                double loss = accumulate(gradients, optimizer.steps());
                double norm = optimizer.step(compute, rate, settings.maximumNorm());
                ema.update(compute);
                log.step(optimizer.steps(), loss, norm, rate);
                if (System.nanoTime() - saved > settings.checkpointEvery().toNanos()) {
                    Interrupts.defer(() -> save(log));
                    saved = System.nanoTime();
                }
            }
        }
        Interrupts.defer(() -> save(log));
        boolean finished = optimizer.steps() >= steps;
        if (finished) {
            useAverage();
        }
        return finished;
    }

    /** The log first, so that it has all rows up to the checkpoint; the picture, which can be drawn again, last. */
    private void save(TrainingLog log) throws IOException {
        try {
            log.write();
        } finally {
            checkpoint.save(log.unfinishedRow());
        }
        log.draw();
    }

    /** Exchanges the averaged weights, which are better for sampling, and those of the last step. */
    public void useAverage() {
        ema.swap();
    }

    private double accumulate(BatchGradients gradients, long step) {
        double total = 0;
        int batches = settings.accumulation();
        for (int batch = 0; batch < batches; batch++) {
            total += gradients.add(task.parts(step * batches + batch), 1f / batches) / batches;
        }
        if (!Double.isFinite(total)) {
            throw new ArithmeticException(task.name() + ": the loss of step " + (step + 1)
                    + " is not finite; lower the learning rate and start again from the last checkpoint");
        }
        return total;
    }
}
