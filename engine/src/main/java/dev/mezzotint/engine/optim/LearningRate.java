package dev.mezzotint.engine.optim;

/**
 * A learning rate that rises linearly over the first steps and falls along half a cosine afterwards (Loshchilov and Hutter
 * 2017), or stays.
 *
 * @param peak the largest rate
 * @param warmup steps until it is reached
 * @param steps length of the training
 * @param last the share of the peak that the last step has: 1 keeps the rate constant
 */
public record LearningRate(double peak, long warmup, long steps, double last) {
    /** Refuses values that make no sense. */
    public LearningRate {
        if (!(peak > 0) || warmup < 0 || steps < 1 || !(last >= 0 && last <= 1)) {
            throw new IllegalArgumentException(
                    "learning rate: needs a positive peak, a warm-up that is not negative, at least one step and a last share"
                            + " between 0 and 1, got " + peak + ", " + warmup + ", " + steps + ", " + last);
        }
    }

    /** The rate of a step, counted from 0. */
    public double at(long step) {
        if (step < warmup) {
            return peak * (step + 1) / warmup;
        }
        double progress = Math.min(1, (double) (step - warmup) / Math.max(1, steps - warmup));
        return peak * (last + (1 - last) * 0.5 * (1 + Math.cos(Math.PI * progress)));
    }
}
