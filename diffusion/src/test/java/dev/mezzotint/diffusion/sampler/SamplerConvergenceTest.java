package dev.mezzotint.diffusion.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.random.TorchGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With the exact model of Gaussian data, deterministic samplers follow its flow and stochastic ones draw the data. */
class SamplerConvergenceTest {
    private static final GaussianModel MODEL = new GaussianModel(0.4, 0.7);
    private static final BatchShape SHAPE = new BatchShape(1, 4);
    private static final NoiseSource NO_NOISE = destination -> {
        throw new AssertionError("a deterministic sampler draws no noise");
    };

    /** The error at the last noise level that is visited, against the flow from where the run began. */
    @ParameterizedTest
    @CsvSource({
        "ddim, 1",
        "euler, 1",
        "euler_karras, 1",
        "heun, 2",
        "heun_karras, 2",
        "lms, 2",
        "lms_karras, 3",
        "dpmpp_2m_karras, 2",
        "unipc_karras, 2",
        "pndm, 1"
    })
    void deterministicSamplersConvergeAtTheirOrder(String label, int order) {
        SamplerKind kind = SamplerKind.ofLabel(label);
        double coarse = error(kind, 20, "");
        double fine = error(kind, 40, "");
        double finer = error(kind, 100, "");
        String errors = label + " " + coarse + " " + fine + " " + finer;
        assertTrue(fine < coarse / Math.pow(2, order) * 1.35 || fine < 1e-5, errors);
        assertTrue(finer < coarse / Math.pow(5, order) * 1.8 || finer < 1e-5, errors);
    }

    @ParameterizedTest
    @CsvSource({
        "dpmpp_2m_karras, 1, 'solver_order:3'", "dpmpp_2m_karras, 2, 'solver_type:\"heun\"'",
        "dpmpp_2m_karras, 1, 'solver_order:1'", "unipc_karras, 3, 'solver_order:3'",
        "unipc_karras, 2, 'solver_type:\"bh1\"'", "unipc_karras, 2, 'disable_corrector:[0,1,2,3,4]'",
        "pndm, 2, 'skip_prk_steps:false'"
    })
    void optionsKeepOrRaiseTheOrder(String label, int order, String option) {
        SamplerKind kind = SamplerKind.ofLabel(label);
        String json = ",\"" + option.replaceFirst(":", "\":");
        double coarse = error(kind, 20, json);
        double fine = error(kind, 40, json);
        assertTrue(fine < coarse / Math.pow(2, order) * 1.35 || fine < 1e-5, option + " " + coarse + " " + fine);
    }

    /**
     * Also where the last noise level falls with the number of steps, so that the errors above could not be compared.
     */
    @ParameterizedTest
    @ValueSource(
            strings = {"ddim", "pndm", "euler", "euler_karras", "heun", "lms", "dpmpp_2m", "dpmpp_2m_karras", "unipc"})
    void manyStepsLeadToWhereTheFlowDoes(String label) {
        SamplerKind kind = SamplerKind.ofLabel(label);
        Sampler sampler = kind.create(config(kind, PredictionType.EPSILON, ""), 400, SHAPE);
        float[] begin = new TorchGenerator(1).randn(SHAPE.size());
        float[] end = draw(kind, 400, PredictionType.EPSILON, SHAPE, 1);
        double scale = sampler.initialNoiseSigma() == 1 ? Math.hypot(sampler.sigma(0), 1) : sampler.initialNoiseSigma();
        for (int i = 0; i < end.length; i++) {
            assertEquals(MODEL.flow(begin[i] * scale, sampler.sigma(0), 0), end[i], 0.01, "value " + i);
        }
    }

    @ParameterizedTest
    @CsvSource({"euler", "heun", "lms", "dpmpp_2m", "dpmpp_2m_karras", "unipc", "ddim", "lms_karras"})
    void theKindOfPredictionMakesNoDifference(String label) {
        SamplerKind kind = SamplerKind.ofLabel(label);
        float[] epsilon = draw(kind, 12, PredictionType.EPSILON, SHAPE, 1);
        assertArrayEquals(epsilon, draw(kind, 12, PredictionType.V_PREDICTION, SHAPE, 1), 1e-4f);
        assertArrayEquals(epsilon, draw(kind, 12, PredictionType.SAMPLE, SHAPE, 1), 1e-4f);
    }

    @ParameterizedTest
    @CsvSource({"euler_a, 100", "dpmpp_2m_sde, 50", "dpmpp_2m_sde_karras, 50", "ddpm, 200", "lcm, 4", "ddim, 100"})
    void samplesAreDistributedAsTheData(String label, int steps) {
        float[] drawn = draw(SamplerKind.ofLabel(label), steps, PredictionType.EPSILON, new BatchShape(1, 20_000), 2);
        double mean = 0;
        for (float value : drawn) {
            mean += value / drawn.length;
        }
        double variance = 0;
        for (float value : drawn) {
            variance += (value - mean) * (value - mean) / drawn.length;
        }
        assertEquals(MODEL.mean(), mean, 0.03);
        assertEquals(MODEL.deviation(), Math.sqrt(variance), 0.03);
    }

    /** Along a straight path every method arrives, wherever it begins; LMS misses earlier slopes, as in diffusers. */
    @ParameterizedTest
    @EnumSource(
            value = SamplerKind.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {
                "DDIM",
                "DDPM",
                "PNDM",
                "EULER_A",
                "LMS",
                "LMS_KARRAS",
                "DPMPP_2M_SDE",
                "DPMPP_2M_SDE_KARRAS",
                "LCM"
            })
    void aRunMayBeginLater(SamplerKind kind) {
        SchedulerConfig config = config(kind, PredictionType.EPSILON, "");
        TorchGenerator generator = new TorchGenerator(3);
        float[] clean = generator.randn(SHAPE.size());
        float[] noise = generator.randn(SHAPE.size());
        Denoiser straight = (input, at, out) -> System.arraycopy(noise, 0, out, 0, out.length);
        Sampler sampler = kind.create(config, 10, SHAPE);
        float[] x = new float[SHAPE.size()];
        for (int skipped : new int[] {0, 4, 9}) {
            int first = sampler.firstEvaluation(skipped);
            sampler.addNoise(clean, noise, first, x);
            new SamplingLoop(sampler, straight, SHAPE).denoise(x, first, NO_NOISE, (done, sample) -> {});
            assertArrayEquals(clean, x, 2e-4f, "beginning with evaluation " + first);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SamplerKind.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"DDPM"})
    void pureNoiseIsFinite(SamplerKind kind) {
        SchedulerConfig config = config(
                kind,
                PredictionType.V_PREDICTION,
                ",\"rescale_betas_zero_snr\":true,\"timestep_spacing\":\"trailing\"");
        float[] x = new float[SHAPE.size()];
        TorchGenerator generator = new TorchGenerator(4);
        Denoiser toMean = (input, at, out) -> {
            double sigma = Math.min(at.sigma(), 4096);
            for (int i = 0; i < out.length; i++) {
                double noise = (input[i] * Math.hypot(sigma, 1) - 0.5) / sigma;
                out[i] = (float) ((noise - sigma * 0.5) / Math.hypot(sigma, 1));
            }
        };
        new SamplingLoop(kind.create(config, 10, SHAPE), toMean, SHAPE)
                .sample(x, into -> generator.normal(into, 0, into.length), (done, sample) -> {});
        assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, x, kind == SamplerKind.PNDM ? 0.15f : 3e-3f);
    }

    private static double error(SamplerKind kind, int steps, String options) {
        SchedulerConfig config = config(kind, PredictionType.EPSILON, options);
        Sampler sampler = kind.create(config, steps, SHAPE);
        boolean endsAtTimestepZero = kind == SamplerKind.DDIM || kind == SamplerKind.PNDM;
        int last = sampler.timesteps().length - 1;
        double from = sampler.sigma(0);
        double to = sampler.sigma(last);
        double fromScale = sampler.initialNoiseSigma() == 1 ? Math.hypot(from, 1) : 1;
        double toScale = sampler.initialNoiseSigma() == 1 ? Math.hypot(to, 1) : 1;
        float[] begin = new TorchGenerator(5).randn(SHAPE.size());
        for (int i = 0; i < begin.length; i++) {
            begin[i] *= (float) sampler.initialNoiseSigma();
        }
        float[] x = begin.clone();
        double[] worst = {0};
        new SamplingLoop(sampler, MODEL.denoiser(PredictionType.EPSILON), SHAPE)
                .denoise(x, 0, NO_NOISE, (done, sample) -> {
                    if (done.evaluation() == (endsAtTimestepZero ? last : last - 1)) {
                        for (int i = 0; i < sample.length; i++) {
                            double expected = MODEL.flow(begin[i] * fromScale, from, to);
                            worst[0] = Math.max(worst[0], Math.abs(sample[i] * toScale - expected));
                        }
                    }
                });
        return worst[0];
    }

    private static float[] draw(SamplerKind kind, int steps, PredictionType type, BatchShape shape, long seed) {
        Sampler sampler = kind.create(config(kind, type, ",\"set_alpha_to_one\":true"), steps, shape);
        Denoiser denoiser = kind == SamplerKind.LCM ? MODEL.consistency() : MODEL.denoiser(type);
        float[] x = new float[shape.size()];
        TorchGenerator generator = new TorchGenerator(seed);
        new SamplingLoop(sampler, denoiser, shape)
                .sample(x, into -> generator.normal(into, 0, into.length), (done, sample) -> {});
        return x;
    }

    private static SchedulerConfig config(SamplerKind kind, PredictionType type, String options) {
        boolean ends = kind == SamplerKind.PNDM || kind == SamplerKind.DDIM;
        return SchedulerConfig.of(
                Json.parse("{\"beta_start\":0.00085,\"beta_end\":0.012,\"beta_schedule\":\"scaled_linear\","
                        + "\"clip_sample\":false,\"prediction_type\":\"" + type.label() + "\""
                        + (ends && !options.contains("set_alpha") ? ",\"set_alpha_to_one\":" + !options.isEmpty() : "")
                        + options + "}"),
                kind);
    }
}
