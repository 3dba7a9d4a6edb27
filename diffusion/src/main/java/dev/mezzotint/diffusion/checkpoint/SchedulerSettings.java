package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.engine.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code scheduler_config.json} as published with Stable Diffusion: β from 0.00085 to 0.012, linear in its square root,
 * over 1000 timesteps; one timestep after those that leading spacing gives.
 */
final class SchedulerSettings {
    private SchedulerSettings() {}

    /** Stable Diffusion 1.x (prediction of noise) and 2.0 base. */
    static Json pndm(PredictionType prediction) {
        Map<String, Json> members = common("PNDMScheduler", prediction);
        members.put("clip_sample", Json.of(false));
        members.put("set_alpha_to_one", Json.of(false));
        members.put("skip_prk_steps", Json.of(true));
        return Json.object(members);
    }

    /** Stable Diffusion 2.1. */
    static Json ddim(PredictionType prediction) {
        Map<String, Json> members = common("DDIMScheduler", prediction);
        members.put("clip_sample", Json.of(false));
        members.put("set_alpha_to_one", Json.of(false));
        return Json.object(members);
    }

    /**
     * Stable Diffusion XL.
     *
     * @param zeroTerminalSnr whether the last timestep is pure noise
     */
    static Json euler(PredictionType prediction, boolean zeroTerminalSnr) {
        Map<String, Json> members = common("EulerDiscreteScheduler", prediction);
        members.put("interpolation_type", Json.of("linear"));
        members.put("timestep_spacing", Json.of(zeroTerminalSnr ? "trailing" : "leading"));
        members.put("use_karras_sigmas", Json.of(false));
        if (zeroTerminalSnr) {
            members.put("rescale_betas_zero_snr", Json.of(true));
        }
        return Json.object(members);
    }

    /** Models distilled to a few steps, which begin at the last timestep. */
    static Json turbo(String scheduler) {
        Map<String, Json> members = common(scheduler, PredictionType.EPSILON);
        members.put("timestep_spacing", Json.of("trailing"));
        return Json.object(members);
    }

    /** Latent consistency models. */
    static Json lcm() {
        Map<String, Json> members = common("LCMScheduler", PredictionType.EPSILON);
        members.put("clip_sample", Json.of(false));
        members.put("set_alpha_to_one", Json.of(true));
        members.put("steps_offset", Json.of(0));
        members.put("original_inference_steps", Json.of(50));
        members.put("timestep_spacing", Json.of("leading"));
        members.put("timestep_scaling", Json.of(10.0));
        return Json.object(members);
    }

    private static Map<String, Json> common(String scheduler, PredictionType prediction) {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("_class_name", Json.of(scheduler));
        members.put("beta_end", Json.of(0.012));
        members.put("beta_schedule", Json.of("scaled_linear"));
        members.put("beta_start", Json.of(0.00085));
        members.put("num_train_timesteps", Json.of(1000));
        members.put("prediction_type", Json.of(prediction.label()));
        members.put("steps_offset", Json.of(1));
        members.put("trained_betas", new Json.Null());
        return members;
    }
}
