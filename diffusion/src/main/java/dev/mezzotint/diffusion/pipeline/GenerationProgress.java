package dev.mezzotint.diffusion.pipeline;

/**
 * How far a picture is.
 *
 * @param step steps done, from 1
 * @param steps steps in all
 * @param seconds since the first step began
 */
public record GenerationProgress(int step, int steps, double seconds) {
    /** Seconds until the last step, if all take as long as those before. */
    public double secondsLeft() {
        return seconds / step * (steps - step);
    }
}
