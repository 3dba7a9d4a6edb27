package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.diffusion.schedule.BetaSchedule;
import dev.mezzotint.diffusion.schedule.NoiseScheduleConfig;
import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.diffusion.schedule.TimestepSpacing;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.json.JsonException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A {@link SchedulerConfig} as {@code scheduler_config.json} holds it. */
final class SchedulerConfigFile {
    private static final double DEFAULT_CLIP_RANGE = 1;
    private static final double DEFAULT_THRESHOLDING_RATIO = 0.995;
    private static final double DEFAULT_SAMPLE_MAX = 1;

    private SchedulerConfigFile() {}

    static SchedulerConfig read(Json json, SamplerKind kind) {
        SchedulerClass scheduler = kind.scheduler();
        NoiseScheduleConfig absent = scheduler.defaultNoise();
        NoiseScheduleConfig noise = new NoiseScheduleConfig(
                ConfigKeys.integer(json, "num_train_timesteps", absent.numTrainTimesteps()),
                ConfigKeys.number(json, "beta_start", absent.betaStart()),
                ConfigKeys.number(json, "beta_end", absent.betaEnd()),
                BetaSchedule.ofLabel(ConfigKeys.string(
                        json, "beta_schedule", absent.betaSchedule().label())),
                numbers(json, "trained_betas"),
                scheduler.knowsRescaling() && ConfigKeys.bool(json, "rescale_betas_zero_snr", false));
        return new SchedulerConfig(
                kind,
                noise,
                PredictionType.ofLabel(ConfigKeys.string(json, "prediction_type", PredictionType.EPSILON.label())),
                TimestepSpacing.ofLabel(ConfigKeys.string(
                        json, "timestep_spacing", scheduler.defaultSpacing().label())),
                ConfigKeys.integer(json, "steps_offset", 0),
                ConfigKeys.bool(json, "set_alpha_to_one", scheduler.defaultSetAlphaToOne()),
                clipping(json, scheduler),
                VarianceType.ofLabel(ConfigKeys.string(json, "variance_type", VarianceType.FIXED_SMALL.label())),
                SolverOptionsFile.read(json, kind));
    }

    static Json write(SchedulerConfig config) {
        NoiseScheduleConfig noise = config.noise();
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("_class_name", Json.of(config.kind().schedulerClass()));
        members.put("num_train_timesteps", Json.of((long) noise.numTrainTimesteps()));
        members.put("beta_start", Json.of(noise.betaStart()));
        members.put("beta_end", Json.of(noise.betaEnd()));
        members.put("beta_schedule", Json.of(noise.betaSchedule().label()));
        if (!noise.trainedBetas().isEmpty()) {
            members.put(
                    "trained_betas",
                    Json.array(noise.trainedBetas().stream()
                            .map(beta -> Json.of((double) beta))
                            .toList()));
        }
        members.put("rescale_betas_zero_snr", Json.of(noise.rescaleBetasZeroSnr()));
        members.put("prediction_type", Json.of(config.predictionType().label()));
        members.put("timestep_spacing", Json.of(config.timestepSpacing().label()));
        members.put("steps_offset", Json.of((long) config.stepsOffset()));
        Clipping clipping = config.clipping();
        members.put("clip_sample", Json.of(clipping instanceof Clipping.Fixed));
        members.put(
                "clip_sample_range", Json.of(clipping instanceof Clipping.Fixed f ? f.range() : DEFAULT_CLIP_RANGE));
        members.put("thresholding", Json.of(clipping instanceof Clipping.Dynamic));
        members.put(
                "dynamic_thresholding_ratio",
                Json.of(clipping instanceof Clipping.Dynamic d ? d.ratio() : DEFAULT_THRESHOLDING_RATIO));
        members.put(
                "sample_max_value", Json.of(clipping instanceof Clipping.Dynamic d ? d.maximum() : DEFAULT_SAMPLE_MAX));
        members.put("set_alpha_to_one", Json.of(config.setAlphaToOne()));
        members.put("variance_type", Json.of(config.varianceType().label()));
        SolverOptionsFile.write(config.solver(), config.kind(), members);
        return Json.object(members);
    }

    private static List<Double> numbers(Json json, String key) {
        try {
            return json.find(key).stream()
                    .flatMap(values -> values.elements().stream())
                    .map(Json::asDouble)
                    .toList();
        } catch (JsonException notNumbers) {
            throw new IllegalArgumentException(key + " must be a list of numbers", notNumbers);
        }
    }

    private static Clipping clipping(Json json, SchedulerClass scheduler) {
        if (scheduler.knowsThresholding() && ConfigKeys.bool(json, "thresholding", false)) {
            return new Clipping.Dynamic(
                    ConfigKeys.number(json, "dynamic_thresholding_ratio", DEFAULT_THRESHOLDING_RATIO),
                    ConfigKeys.number(json, "sample_max_value", DEFAULT_SAMPLE_MAX));
        }
        return scheduler.knowsClipping() && ConfigKeys.bool(json, "clip_sample", scheduler.clipsByDefault())
                ? new Clipping.Fixed(ConfigKeys.number(json, "clip_sample_range", DEFAULT_CLIP_RANGE))
                : new Clipping.None();
    }
}
