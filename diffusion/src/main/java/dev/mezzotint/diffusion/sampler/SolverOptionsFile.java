package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.json.JsonException;
import java.util.List;
import java.util.Map;

/** {@link SolverOptions} as {@code scheduler_config.json} holds them: to each class its own keys. */
final class SolverOptionsFile {
    /** Keys that ask for noise levels which are not supported, where they are true. */
    private static final List<String> OTHER_LEVELS =
            List.of("use_exponential_sigmas", "use_beta_sigmas", "use_flow_sigmas", "use_lu_lambdas");

    private SolverOptionsFile() {}

    static SolverOptions read(Json json, SamplerKind kind) {
        SolverOptions standard = SolverOptions.standard();
        refuseUnsupported(json, kind.scheduler());
        return switch (kind.scheduler()) {
            case DDIM, DDPM, EULER_ANCESTRAL, HEUN, LMS -> standard;
            case PNDM -> {
                boolean ownFile = ConfigKeys.string(json, "_class_name", "").equals(kind.schedulerClass());
                yield with(standard, ConfigKeys.bool(json, "skip_prk_steps", !ownFile), standard.finalSigma());
            }
            case EULER -> with(standard, standard.skipPrkSteps(), finalSigma(json));
            case DPM_SOLVER, UNI_PC ->
                new SolverOptions(
                        ConfigKeys.integer(json, "solver_order", standard.solverOrder()),
                        SolverType.ofLabel(ConfigKeys.string(
                                json, "solver_type", standard.solverType().label())),
                        ConfigKeys.bool(json, "lower_order_final", standard.lowerOrderFinal()),
                        kind.scheduler() == SchedulerClass.DPM_SOLVER
                                && ConfigKeys.bool(json, "euler_at_final", standard.eulerAtFinal()),
                        finalSigma(json),
                        kind.scheduler() == SchedulerClass.UNI_PC ? disabledCorrectors(json) : List.of(),
                        standard.skipPrkSteps(),
                        standard.originalInferenceSteps(),
                        standard.timestepScaling());
            case LCM ->
                new SolverOptions(
                        standard.solverOrder(),
                        standard.solverType(),
                        standard.lowerOrderFinal(),
                        standard.eulerAtFinal(),
                        standard.finalSigma(),
                        standard.disableCorrector(),
                        standard.skipPrkSteps(),
                        ConfigKeys.integer(json, "original_inference_steps", standard.originalInferenceSteps()),
                        ConfigKeys.number(json, "timestep_scaling", standard.timestepScaling()));
        };
    }

    static void write(SolverOptions options, SamplerKind kind, Map<String, Json> members) {
        SchedulerClass scheduler = kind.scheduler();
        if (scheduler.knowsKarrasSigmas()) {
            members.put("use_karras_sigmas", Json.of(kind.karras()));
        }
        switch (scheduler) {
            case DDIM, DDPM, EULER_ANCESTRAL, HEUN, LMS -> {}
            case PNDM -> members.put("skip_prk_steps", Json.of(options.skipPrkSteps()));
            case EULER ->
                members.put("final_sigmas_type", Json.of(options.finalSigma().label()));
            case DPM_SOLVER -> {
                members.put("algorithm_type", Json.of(kind.stochasticSolver() ? "sde-dpmsolver++" : "dpmsolver++"));
                members.put("euler_at_final", Json.of(options.eulerAtFinal()));
                writeMultistep(options, members);
            }
            case UNI_PC -> {
                members.put(
                        "disable_corrector",
                        Json.array(options.disableCorrector().stream()
                                .map(step -> Json.of((long) step))
                                .toList()));
                writeMultistep(options, members);
            }
            case LCM -> {
                members.put("original_inference_steps", Json.of((long) options.originalInferenceSteps()));
                members.put("timestep_scaling", Json.of(options.timestepScaling()));
            }
        }
    }

    private static void writeMultistep(SolverOptions options, Map<String, Json> members) {
        members.put("solver_order", Json.of((long) options.solverOrder()));
        members.put("solver_type", Json.of(options.solverType().label()));
        members.put("lower_order_final", Json.of(options.lowerOrderFinal()));
        members.put("final_sigmas_type", Json.of(options.finalSigma().label()));
    }

    private static SolverOptions with(SolverOptions options, boolean skipPrkSteps, FinalSigma finalSigma) {
        return new SolverOptions(
                options.solverOrder(),
                options.solverType(),
                options.lowerOrderFinal(),
                options.eulerAtFinal(),
                finalSigma,
                options.disableCorrector(),
                skipPrkSteps,
                options.originalInferenceSteps(),
                options.timestepScaling());
    }

    private static FinalSigma finalSigma(Json json) {
        return FinalSigma.ofLabel(ConfigKeys.string(json, "final_sigmas_type", FinalSigma.ZERO.label()));
    }

    private static List<Integer> disabledCorrectors(Json json) {
        try {
            return json.find("disable_corrector").stream()
                    .flatMap(steps -> steps.elements().stream())
                    .map(Json::asInt)
                    .toList();
        } catch (JsonException notNumbers) {
            throw new IllegalArgumentException("disable_corrector must be a list of step numbers", notNumbers);
        }
    }

    private static void refuseUnsupported(Json json, SchedulerClass scheduler) {
        if (scheduler.knowsKarrasSigmas()) {
            for (String key : OTHER_LEVELS) {
                refuseIf(ConfigKeys.bool(json, key, false), key, "true");
            }
        }
        switch (scheduler) {
            case DDIM, DDPM, PNDM, EULER_ANCESTRAL, HEUN, LMS, LCM -> {}
            case EULER -> {
                refuseUnless(json, "interpolation_type", "linear");
                refuseUnless(json, "timestep_type", "discrete");
                refuseIf(ConfigKeys.present(json, "sigma_min"), "sigma_min", "given");
                refuseIf(ConfigKeys.present(json, "sigma_max"), "sigma_max", "given");
            }
            case DPM_SOLVER -> {
                double clipped = ConfigKeys.number(json, "lambda_min_clipped", Double.NEGATIVE_INFINITY);
                refuseIf(clipped != Double.NEGATIVE_INFINITY, "lambda_min_clipped", Double.toString(clipped));
            }
            case UNI_PC -> {
                refuseIf(!ConfigKeys.bool(json, "predict_x0", true), "predict_x0", "false");
                refuseIf(ConfigKeys.present(json, "solver_p"), "solver_p", "given");
            }
        }
    }

    private static void refuseUnless(Json json, String key, String only) {
        String value = ConfigKeys.string(json, key, only);
        refuseIf(!value.equals(only), key, "\"" + value + "\"");
    }

    private static void refuseIf(boolean unsupported, String key, String value) {
        if (unsupported) {
            throw new IllegalArgumentException(
                    key + " is " + value + ", which is not supported; choose another sampler, such as ddim");
        }
    }
}
