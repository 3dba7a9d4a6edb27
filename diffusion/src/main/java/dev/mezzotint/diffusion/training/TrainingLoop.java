package dev.mezzotint.diffusion.training;

import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.optim.AdamW;
import dev.mezzotint.engine.optim.Ema;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
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
        this.task = task;
        this.settings = settings;
        this.compute = compute;
        this.folder = folder;
        this.progress = progress;
        optimizer = new AdamW(task.parameters(), settings.optimizer());
        ema = new Ema(optimizer.parameters(), settings.emaDecay());
    }

    /**
     * Trains to the end, or until the thread is interrupted; then the averaged weights are in the parameters if the
     * training is finished.
     *
     * @return whether the training is finished
     * @throws IOException if a checkpoint or the log cannot be written
     * @throws ArithmeticException if the loss or a gradient is not finite; the last checkpoint is untouched
     */
    public boolean run() throws IOException {
        Path checkpoint = folder.resolve("checkpoint");
        TrainingCheckpoint.restore(checkpoint, task.name(), optimizer, ema);
        long steps = settings.rate().steps();
        try (TrainingLog log = new TrainingLog(folder, task, optimizer.steps(), settings, progress)) {
            Tape tape = Tape.recording(compute);
            long saved = System.nanoTime();
            while (optimizer.steps() < steps && !Thread.currentThread().isInterrupted()) {
                double rate = settings.rate().at(optimizer.steps());
                double loss = accumulate(tape, optimizer.steps());
                double norm = optimizer.step(compute, rate, settings.maximumNorm());
                ema.update(compute);
                log.step(optimizer.steps(), loss, norm, rate);
                if (System.nanoTime() - saved > settings.checkpointEvery().toNanos()) {
                    save(checkpoint, log);
                    saved = System.nanoTime();
                }
            }
            save(checkpoint, log);
        }
        boolean finished = optimizer.steps() >= steps;
        if (finished) {
            useAverage();
        }
        return finished;
    }

    /** Java closes the files of an interrupted thread, so an interrupt waits until they are written. */
    private void save(Path checkpoint, TrainingLog log) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            log.flush();
            TrainingCheckpoint.save(checkpoint, task.name(), optimizer, ema);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Exchanges the averaged weights, which are better for sampling, and those of the last step. */
    public void useAverage() {
        ema.swap();
    }

    private double accumulate(Tape tape, long step) {
        double total = 0;
        int parts = settings.accumulation();
        for (int part = 0; part < parts; part++) {
            Tensor loss = task.loss(tape, step * parts + part);
            float value = loss.item();
            if (!Float.isFinite(value)) {
                throw new ArithmeticException(task.name() + ": the loss of step " + (step + 1)
                        + " is not finite; lower the learning rate and start again from the last checkpoint");
            }
            total += value / parts;
            tape.backward(parts == 1 ? loss : ArithmeticOps.affine(tape, loss, 1f / parts, 0));
            tape.reset();
        }
        return total;
    }
}
