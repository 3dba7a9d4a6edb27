package dev.mezzotint.diffusion.sampler;

/**
 * One model evaluation within a run.
 *
 * @param evaluation its number, from 0
 * @param evaluations how many the run has
 * @param timestep the training timestep that the model is told, which need not be whole
 * @param sigma the noise level √((1 − ᾱ_t) / ᾱ_t), infinite for pure noise
 */
public record Progress(int evaluation, int evaluations, double timestep, double sigma) {
    /** How far the run is: 0 at the first evaluation, 1 at the last. */
    public double fraction() {
        return evaluations == 1 ? 0 : (double) evaluation / (evaluations - 1);
    }

    /** For people: {@code step 7 of 20 (timestep 640)}, counted from 1. */
    public String describe() {
        String time = timestep == Math.rint(timestep) ? Long.toString((long) timestep) : Double.toString(timestep);
        return "step " + (evaluation + 1) + " of " + evaluations + " (timestep " + time + ")";
    }
}
