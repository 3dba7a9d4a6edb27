package dev.mezzotint.diffusion.sampler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.schedule.BetaSchedule;
import dev.mezzotint.diffusion.schedule.NoiseScheduleConfig;
import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.diffusion.schedule.TimestepSpacing;
import dev.mezzotint.engine.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerConfigTest {
    @Test
    void absentKeysHaveTheDefaultsOfDiffusers() {
        SchedulerConfig expected = new SchedulerConfig(
                SamplerKind.DDIM,
                new NoiseScheduleConfig(1000, 0.0001, 0.02, BetaSchedule.LINEAR, List.of(), false),
                PredictionType.EPSILON,
                TimestepSpacing.LEADING,
                0,
                true,
                new Clipping.Fixed(1),
                VarianceType.FIXED_SMALL);
        assertEquals(expected, SchedulerConfig.of(Json.parse("{\"_class_name\":\"DDIMScheduler\"}")));
        assertEquals(
                expected.withKind(SamplerKind.DDPM),
                SchedulerConfig.of(Json.parse("{\"_class_name\":\"DDPMScheduler\",\"trained_betas\":null}")));
    }

    @Test
    void stableDiffusionsFileReadsAsTheBuiltInConfiguration() {
        assertEquals(SchedulerConfig.stableDiffusion(), SchedulerConfig.of(Json.parse("""
                        {"_class_name": "DDIMScheduler", "_diffusers_version": "0.27.2", "beta_end": 0.012,
                         "beta_schedule": "scaled_linear", "beta_start": 0.00085, "clip_sample": false,
                         "clip_sample_range": 1.0, "dynamic_thresholding_ratio": 0.995, "num_train_timesteps": 1000,
                         "prediction_type": "epsilon", "rescale_betas_zero_snr": false, "sample_max_value": 1.0,
                         "set_alpha_to_one": false, "skip_prk_steps": true, "steps_offset": 1, "thresholding": false,
                         "timestep_spacing": "leading", "trained_betas": null}
                        """)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"thresholding\":true,\"dynamic_thresholding_ratio\":0.9,\"sample_max_value\":1.5}",
                "{\"clip_sample_range\":2.5,\"variance_type\":\"fixed_large\",\"steps_offset\":3}",
                "{\"num_train_timesteps\":2,\"trained_betas\":[0.1,0.25],\"rescale_betas_zero_snr\":true}",
                "{\"clip_sample\":false,\"beta_schedule\":\"squaredcos_cap_v2\",\"prediction_type\":\"v_prediction\","
                        + "\"timestep_spacing\":\"trailing\",\"set_alpha_to_one\":false}"
            })
    void whatIsWrittenReadsBackEqual(String json) {
        SchedulerConfig config = SchedulerConfig.of(Json.parse(json), SamplerKind.DDPM);
        assertEquals(config, SchedulerConfig.of(Json.parse(config.toJson().pretty())));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "beta_schedule; \"sigmoid\"",
                "prediction_type; \"flow\"",
                "timestep_spacing; \"karras\"",
                "variance_type; \"learned_range\"",
                "beta_start; -1",
                "beta_end; \"0.02\"",
                "num_train_timesteps; 0",
                "num_train_timesteps; 12.5",
                "steps_offset; -1",
                "clip_sample; 1",
                "clip_sample_range; 0",
                "trained_betas; 3"
            })
    void unknownValuesAreRefusedByKey(String key, String value) {
        Json json = Json.parse("{\"_class_name\":\"DDPMScheduler\",\"" + key + "\":" + value + "}");
        String message = assertThrows(IllegalArgumentException.class, () -> SchedulerConfig.of(json))
                .getMessage();
        assertTrue(message.contains(key), message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "DDIMScheduler; {}; ddim",
                "PNDMScheduler; {\"skip_prk_steps\":true}; pndm",
                "EulerDiscreteScheduler; {}; euler",
                "EulerDiscreteScheduler; {\"use_karras_sigmas\":true}; euler_karras",
                "EulerAncestralDiscreteScheduler; {\"use_karras_sigmas\":true}; euler_a",
                "HeunDiscreteScheduler; {\"use_karras_sigmas\":false}; heun",
                "LMSDiscreteScheduler; {\"use_karras_sigmas\":true}; lms_karras",
                "DPMSolverMultistepScheduler; {\"lambda_min_clipped\":-Infinity}; dpmpp_2m",
                "DPMSolverMultistepScheduler; {\"use_karras_sigmas\":true,\"solver_order\":3}; dpmpp_2m_karras",
                "DPMSolverMultistepScheduler; {\"algorithm_type\":\"sde-dpmsolver++\"}; dpmpp_2m_sde",
                "UniPCMultistepScheduler; {\"disable_corrector\":[0,1],\"solver_type\":\"bh1\"}; unipc",
                "LCMScheduler; {\"original_inference_steps\":25,\"timestep_scaling\":5.0}; lcm"
            })
    void everyClassNamesItsMethodAndReadsBackEqual(String className, String options, String label) {
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("_class_name", Json.of(className));
        members.putAll(Json.parse(options).members());
        SchedulerConfig config = SchedulerConfig.of(Json.object(members));
        assertEquals(label, config.kind().label());
        assertEquals(config, SchedulerConfig.of(Json.parse(config.toJson().pretty())));
    }

    @Test
    void optionsOfOtherMethodsArePassedOver() {
        Json json = Json.parse("{\"_class_name\":\"DPMSolverMultistepScheduler\",\"solver_order\":3,"
                + "\"algorithm_type\":\"sde-dpmsolver++\",\"clip_sample\":true,\"interpolation_type\":\"log_linear\"}");
        assertEquals(3, SchedulerConfig.of(json).solver().solverOrder());
        assertEquals(new Clipping.None(), SchedulerConfig.of(json).clipping());
        assertEquals(
                SolverOptions.standard(),
                SchedulerConfig.of(json, SamplerKind.DDIM).solver());
        assertEquals(
                TimestepSpacing.LINSPACE,
                SchedulerConfig.of(json, SamplerKind.EULER_A).timestepSpacing());
        assertTrue(SchedulerConfig.of(json, SamplerKind.PNDM).solver().skipPrkSteps());
        assertFalse(SchedulerConfig.of(Json.parse("{\"_class_name\":\"PNDMScheduler\"}"))
                .solver()
                .skipPrkSteps());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "EulerDiscreteScheduler; interpolation_type; \"log_linear\"",
                "EulerDiscreteScheduler; timestep_type; \"continuous\"",
                "EulerDiscreteScheduler; sigma_max; 80.0",
                "EulerDiscreteScheduler; use_beta_sigmas; true",
                "EulerDiscreteScheduler; final_sigmas_type; \"one\"",
                "HeunDiscreteScheduler; use_exponential_sigmas; true",
                "DPMSolverMultistepScheduler; algorithm_type; \"dpmsolver\"",
                "DPMSolverMultistepScheduler; use_lu_lambdas; true",
                "DPMSolverMultistepScheduler; lambda_min_clipped; -5.1",
                "DPMSolverMultistepScheduler; solver_order; 4",
                "DPMSolverMultistepScheduler; solver_type; \"simpson\"",
                "UniPCMultistepScheduler; predict_x0; false",
                "UniPCMultistepScheduler; solver_p; {}",
                "UniPCMultistepScheduler; use_flow_sigmas; true",
                "UniPCMultistepScheduler; disable_corrector; [true]",
                "LCMScheduler; original_inference_steps; 0",
                "LCMScheduler; timestep_scaling; -1",
                "LCMScheduler; variance_type; \"learned\""
            })
    void whatIsNotSupportedIsRefusedByKey(String className, String key, String value) {
        Json json = Json.parse("{\"_class_name\":\"" + className + "\",\"" + key + "\":" + value + "}");
        String message = assertThrows(IllegalArgumentException.class, () -> SchedulerConfig.of(json))
                .getMessage();
        assertTrue(message.contains(key), message);
    }

    @Test
    void unsupportedClassIsRefusedAndMayBeSampledWithAnotherMethod() {
        Json json = Json.parse("{\"_class_name\":\"DEISMultistepScheduler\",\"clip_sample\":false}");
        String message = assertThrows(IllegalArgumentException.class, () -> SchedulerConfig.of(json))
                .getMessage();
        assertTrue(message.contains("DEISMultistepScheduler") && message.contains("ddim"), message);
        assertEquals(
                SamplerKind.DDIM, SchedulerConfig.of(json, SamplerKind.DDIM).kind());
        assertThrows(IllegalArgumentException.class, () -> SamplerKind.ofLabel("plms2"));
        assertEquals(SamplerKind.DDPM, SamplerKind.ofLabel("ddpm"));
    }
}
