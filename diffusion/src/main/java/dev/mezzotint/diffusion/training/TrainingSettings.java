package dev.mezzotint.diffusion.training;

import dev.mezzotint.engine.optim.AdamW;
import dev.mezzotint.engine.optim.LearningRate;
import java.time.Duration;

/**
 * How a training loop goes.
 *
 * @param rate learning rate of each step; its length is the length of the training
 * @param optimizer settings of AdamW
 * @param maximumNorm largest norm of the gradient, beyond which it is scaled down
 * @param emaDecay decay of the average of the weights
 * @param accumulation batches whose gradients make one step
 * @param checkpointEvery time between checkpoints
 */
public record TrainingSettings(
        LearningRate rate,
        AdamW.Settings optimizer,
        double maximumNorm,
        double emaDecay,
        int accumulation,
        Duration checkpointEvery) {
    /** Refuses values that make no sense. */
    public TrainingSettings {
        if (!(maximumNorm > 0) || accumulation < 1) {
            throw new IllegalArgumentException(
                    "training: the largest gradient norm must be positive and at least one batch must make a step, got "
                            + maximumNorm + " and " + accumulation);
        }
    }

    /** Usual settings for a training of this many steps with this learning rate. */
    public static TrainingSettings of(long steps, double peakRate) {
        return new TrainingSettings(
                new LearningRate(peakRate, Math.min(500, steps / 10), steps, 0.02),
                AdamW.Settings.DEFAULT,
                1,
                0.999,
                1,
                Duration.ofMinutes(3));
    }
}
