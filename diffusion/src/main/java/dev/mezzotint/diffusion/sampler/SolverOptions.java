package dev.mezzotint.diffusion.sampler;

import java.util.List;

/**
 * Options that single methods have; the others pass them over. Names are those of {@code scheduler_config.json}.
 *
 * @param solverOrder DPM-Solver++ and UniPC: how many predictions a step combines, 1 to 3
 * @param solverType DPM-Solver++ and UniPC: variant
 * @param lowerOrderFinal DPM-Solver++ and UniPC: whether the last steps of a short run use fewer predictions
 * @param eulerAtFinal DPM-Solver++: whether the last step of any run uses one
 * @param finalSigma Euler, DPM-Solver++ and UniPC: where the last step leads
 * @param disableCorrector UniPC: numbers of the steps, from 0, that are not corrected
 * @param skipPrkSteps PNDM: whether to begin with a two-evaluation step (PLMS, as Stable Diffusion has it) instead of
 *     three of Runge-Kutta
 * @param originalInferenceSteps LCM: how many timesteps the model was distilled for
 * @param timestepScaling LCM: how fast the boundary condition gives way with the timestep
 */
public record SolverOptions(
        int solverOrder,
        SolverType solverType,
        boolean lowerOrderFinal,
        boolean eulerAtFinal,
        FinalSigma finalSigma,
        List<Integer> disableCorrector,
        boolean skipPrkSteps,
        int originalInferenceSteps,
        double timestepScaling) {
    private static final int HIGHEST_ORDER = 3;

    /**
     * Checks every value.
     *
     * @throws IllegalArgumentException where one is out of range
     */
    public SolverOptions {
        disableCorrector = List.copyOf(disableCorrector);
        if (solverOrder < 1 || solverOrder > HIGHEST_ORDER) {
            throw new IllegalArgumentException(
                    "solver_order is " + solverOrder + " but must be from 1 to " + HIGHEST_ORDER);
        }
        if (originalInferenceSteps < 1) {
            throw new IllegalArgumentException(
                    "original_inference_steps is " + originalInferenceSteps + " but must be at least 1");
        }
        if (!(timestepScaling > 0) || Double.isInfinite(timestepScaling)) {
            throw new IllegalArgumentException("timestep_scaling is " + timestepScaling + " but must be positive");
        }
    }

    /** What diffusers' classes take where nothing is said, but for PNDM, which here is that of Stable Diffusion. */
    public static SolverOptions standard() {
        return new SolverOptions(2, SolverType.MIDPOINT, true, false, FinalSigma.ZERO, List.of(), true, 50, 10);
    }
}
