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

/**
 * diffusers' {@code scheduler_config.json}: the schedule that a model was trained on, and how it wants to be sampled.
 *
 * @param kind sampling method ({@code _class_name})
 * @param noise the forward process
 * @param predictionType what the model predicts
 * @param timestepSpacing which timesteps are visited
 * @param stepsOffset added to the timesteps of leading spacing, at least 0
 * @param setAlphaToOne whether DDIM's last step leads to ᾱ = 1, else to ᾱ of timestep 0; DDPM's always leads to 1
 * @param clipping what is done to a predicted x_0 out of range ({@code clip_sample}, {@code thresholding})
 * @param varianceType noise of DDPM's steps; DDIM has η for it
 */
public record SchedulerConfig(
        SamplerKind kind,
        NoiseScheduleConfig noise,
        PredictionType predictionType,
        TimestepSpacing timestepSpacing,
        int stepsOffset,
        boolean setAlphaToOne,
        Clipping clipping,
        VarianceType varianceType) {

    private static final double DEFAULT_CLIP_RANGE = 1;
    private static final double DEFAULT_THRESHOLDING_RATIO = 0.995;
    private static final double DEFAULT_SAMPLE_MAX = 1;

    /**
     * Checks the offset.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public SchedulerConfig {
        if (stepsOffset < 0) {
            throw new IllegalArgumentException("steps_offset is " + stepsOffset + " but must be at least 0");
        }
    }

    /** Stable Diffusion 1.x as it is sampled with DDIM. */
    public static SchedulerConfig stableDiffusion() {
        return new SchedulerConfig(
                SamplerKind.DDIM,
                NoiseScheduleConfig.stableDiffusion(),
                PredictionType.EPSILON,
                TimestepSpacing.LEADING,
                1,
                false,
                new Clipping.None(),
                VarianceType.FIXED_SMALL);
    }

    /** The same schedule sampled with another method. */
    public SchedulerConfig withKind(SamplerKind other) {
        return new SchedulerConfig(
                other, noise, predictionType, timestepSpacing, stepsOffset, setAlphaToOne, clipping, varianceType);
    }

    /**
     * Reads a configuration, sampled with the method that it names.
     *
     * @throws IllegalArgumentException if it names no supported class, or for a value that is unknown, of the wrong
     *     type or out of range
     */
    public static SchedulerConfig of(Json json) {
        return of(json, SamplerKind.ofSchedulerClass(json.string("_class_name")));
    }

    /**
     * Reads a configuration of whatever class, sampled with the given method. What is absent has the default that
     * diffusers' class of that method has; keys that belong to other methods are passed over.
     *
     * @throws IllegalArgumentException for a value that is unknown, of the wrong type or out of range
     */
    public static SchedulerConfig of(Json json, SamplerKind kind) {
        NoiseScheduleConfig noise = new NoiseScheduleConfig(
                present(json, "num_train_timesteps") ? json.integer("num_train_timesteps") : 1000,
                number(json, "beta_start", 0.0001),
                number(json, "beta_end", 0.02),
                BetaSchedule.ofLabel(string(json, "beta_schedule", BetaSchedule.LINEAR.label())),
                trainedBetas(json),
                bool(json, "rescale_betas_zero_snr", false));
        return new SchedulerConfig(
                kind,
                noise,
                PredictionType.ofLabel(string(json, "prediction_type", PredictionType.EPSILON.label())),
                TimestepSpacing.ofLabel(string(json, "timestep_spacing", TimestepSpacing.LEADING.label())),
                present(json, "steps_offset") ? json.integer("steps_offset") : 0,
                bool(json, "set_alpha_to_one", true),
                clipping(json),
                VarianceType.ofLabel(string(json, "variance_type", VarianceType.FIXED_SMALL.label())));
    }

    /** Writes the configuration as diffusers does; {@link #of(Json)} reads it back equal. */
    public Json toJson() {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("_class_name", Json.of(kind.schedulerClass()));
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
        members.put("prediction_type", Json.of(predictionType.label()));
        members.put("timestep_spacing", Json.of(timestepSpacing.label()));
        members.put("steps_offset", Json.of((long) stepsOffset));
        members.put("clip_sample", Json.of(clipping instanceof Clipping.Fixed));
        members.put(
                "clip_sample_range", Json.of(clipping instanceof Clipping.Fixed f ? f.range() : DEFAULT_CLIP_RANGE));
        members.put("thresholding", Json.of(clipping instanceof Clipping.Dynamic));
        members.put(
                "dynamic_thresholding_ratio",
                Json.of(clipping instanceof Clipping.Dynamic d ? d.ratio() : DEFAULT_THRESHOLDING_RATIO));
        members.put(
                "sample_max_value", Json.of(clipping instanceof Clipping.Dynamic d ? d.maximum() : DEFAULT_SAMPLE_MAX));
        members.put("set_alpha_to_one", Json.of(setAlphaToOne));
        members.put("variance_type", Json.of(varianceType.label()));
        return Json.object(members);
    }

    private static List<Double> trainedBetas(Json json) {
        try {
            return json.find("trained_betas").stream()
                    .flatMap(betas -> betas.elements().stream())
                    .map(Json::asDouble)
                    .toList();
        } catch (JsonException notNumbers) {
            throw new IllegalArgumentException("trained_betas must be a list of numbers", notNumbers);
        }
    }

    private static Clipping clipping(Json json) {
        if (bool(json, "thresholding", false)) {
            return new Clipping.Dynamic(
                    number(json, "dynamic_thresholding_ratio", DEFAULT_THRESHOLDING_RATIO),
                    number(json, "sample_max_value", DEFAULT_SAMPLE_MAX));
        }
        return bool(json, "clip_sample", true)
                ? new Clipping.Fixed(number(json, "clip_sample_range", DEFAULT_CLIP_RANGE))
                : new Clipping.None();
    }

    private static boolean present(Json json, String key) {
        return json.find(key).isPresent();
    }

    private static double number(Json json, String key, double otherwise) {
        return present(json, key) ? json.number(key) : otherwise;
    }

    private static boolean bool(Json json, String key, boolean otherwise) {
        return present(json, key) ? json.bool(key) : otherwise;
    }

    private static String string(Json json, String key, String otherwise) {
        return present(json, key) ? json.string(key) : otherwise;
    }
}
