package dev.mezzotint.diffusion.schedule;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Which of the training timesteps a sampler of few steps visits (Lin et al. 2023, table 2). Labels and roundings are
 * those of diffusers. For 1000 training timesteps and 4 steps: leading 750, 500, 250, 0; trailing 999, 749, 499, 249;
 * linspace 999, 666, 333, 0.
 */
public enum TimestepSpacing {
    /** Multiples of ⌊T / steps⌋ plus an offset; never the last timestep unless every one is visited. */
    LEADING("leading") {
        @Override
        double timestep(int i, int numTrainTimesteps, int steps, int stepsOffset) {
            return (double) (steps - 1 - i) * (numTrainTimesteps / steps) + stepsOffset;
        }
    },
    /**
     * Counted down from the last timestep, which is visited first, so sampling starts where training's noise ended. For
     * some numbers of steps (61, 103, …) rounding makes diffusers add a timestep −1 at the end, which is left out here.
     */
    TRAILING("trailing") {
        @Override
        double timestep(int i, int numTrainTimesteps, int steps, int stepsOffset) {
            // numpy's arange multiplies by the difference of its first two values, rounded as that difference is
            double stride = (numTrainTimesteps - (double) numTrainTimesteps / steps) - numTrainTimesteps;
            return Math.rint(numTrainTimesteps + i * stride) - 1;
        }
    },
    /** Equally spaced, both ends included. */
    LINSPACE("linspace") {
        @Override
        double timestep(int i, int numTrainTimesteps, int steps, int stepsOffset) {
            int k = steps - 1 - i;
            if (k == 0) {
                return 0;
            }
            return k == steps - 1
                    ? numTrainTimesteps - 1
                    : Math.rint(k * ((numTrainTimesteps - 1) / (double) (steps - 1)));
        }
    };

    private final String label;

    TimestepSpacing(String label) {
        this.label = label;
    }

    /** The name that diffusers writes in {@code scheduler_config.json}. */
    public String label() {
        return label;
    }

    /**
     * Reads diffusers' name.
     *
     * @throws IllegalArgumentException naming the spacings that are known
     */
    public static TimestepSpacing ofLabel(String label) {
        return Arrays.stream(values())
                .filter(spacing -> spacing.label.equals(label))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("timestep_spacing \"" + label + "\" is not known; use "
                        + Arrays.stream(values()).map(TimestepSpacing::label).collect(Collectors.joining(", "))));
    }

    abstract double timestep(int i, int numTrainTimesteps, int steps, int stepsOffset);

    /**
     * The timesteps in the order of sampling, from much noise to little.
     *
     * @param numTrainTimesteps T
     * @param steps how many timesteps to visit, 1 to T
     * @param stepsOffset added to each of {@link #LEADING}; the others take no offset
     * @return as many timesteps as steps, falling, each within 0 to T − 1
     * @throws IllegalArgumentException if there are fewer timesteps than steps, or an offset leads beyond the last
     */
    public int[] timesteps(int numTrainTimesteps, int steps, int stepsOffset) {
        if (steps < 1 || steps > numTrainTimesteps) {
            throw new IllegalArgumentException("the number of steps is " + steps + " but must be from 1 to "
                    + numTrainTimesteps + ", the timesteps that the model was trained with");
        }
        int[] timesteps = new int[steps];
        for (int i = 0; i < steps; i++) {
            timesteps[i] = (int) timestep(i, numTrainTimesteps, steps, stepsOffset);
        }
        if (timesteps[0] >= numTrainTimesteps || timesteps[steps - 1] < 0) {
            throw new IllegalArgumentException("steps_offset " + stepsOffset + " with " + steps
                    + " steps leads to timestep " + timesteps[0] + " beyond the last, " + (numTrainTimesteps - 1)
                    + "; use fewer steps or a smaller offset");
        }
        return timesteps;
    }

    /**
     * As {@link #timesteps}, but {@link #LINSPACE} is not rounded to whole timesteps: samplers that interpolate the
     * noise levels between them visit the fractions, in float32 as diffusers has them.
     *
     * @throws IllegalArgumentException as {@link #timesteps} does
     */
    public double[] fractionalTimesteps(int numTrainTimesteps, int steps, int stepsOffset) {
        int[] whole = timesteps(numTrainTimesteps, steps, stepsOffset);
        double[] timesteps = new double[steps];
        double stride = (numTrainTimesteps - 1) / (double) Math.max(1, steps - 1);
        for (int i = 0; i < steps; i++) {
            boolean between = this == LINSPACE && i > 0 && i < steps - 1;
            timesteps[i] = between ? (float) ((steps - 1 - i) * stride) : whole[i];
        }
        return timesteps;
    }

    /**
     * The timesteps of one step more, without the last of them: {@link #LEADING} and {@link #LINSPACE} for samplers
     * whose last step leads to the clean sample, which then takes the place of the timestep left out. {@link
     * #TRAILING}, which leaves out timestep 0 by itself, stays as it is.
     *
     * @throws IllegalArgumentException as {@link #timesteps} does, and for as many steps as there are timesteps
     */
    public int[] timestepsBeforeLast(int numTrainTimesteps, int steps, int stepsOffset) {
        if (steps < 1 || steps >= numTrainTimesteps) {
            throw new IllegalArgumentException("the number of steps is " + steps + " but must be from 1 to "
                    + (numTrainTimesteps - 1) + " for this sampler, fewer than the timesteps of training");
        }
        return this == TRAILING
                ? timesteps(numTrainTimesteps, steps, stepsOffset)
                : Arrays.copyOf(timesteps(numTrainTimesteps, steps + 1, stepsOffset), steps);
    }
}
