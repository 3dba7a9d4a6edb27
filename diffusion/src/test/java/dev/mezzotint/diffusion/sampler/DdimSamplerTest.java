package dev.mezzotint.diffusion.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.schedule.NoiseSchedule;
import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.diffusion.schedule.TimestepSpacing;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.random.TorchGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DdimSamplerTest {
    private static final BatchShape SHAPE = new BatchShape(2, 24);
    private static final NoiseSource NO_NOISE = destination -> {
        throw new AssertionError("no noise is drawn where eta is 0");
    };

    @ParameterizedTest
    @EnumSource(PredictionType.class)
    void deterministicStepsWithThePerfectModelRecoverTheSample(PredictionType type) {
        SchedulerConfig config = SchedulerConfig.of(
                Json.parse("{\"clip_sample\":false,\"prediction_type\":\"" + type.label() + "\"}"), SamplerKind.DDIM);
        NoiseSchedule schedule = new NoiseSchedule(config.noise());
        TorchGenerator generator = new TorchGenerator(3);
        float[] x0 = generator.randn(SHAPE.size());
        float[] noise = generator.randn(SHAPE.size());
        Sampler sampler = new DdimSampler(config, 13, SHAPE, 0, false);
        float[] x = new float[SHAPE.size()];
        sampler.addNoise(x0, noise, 0, x);

        // The noise never changes: the path is the straight one, and each target follows from x0 and the noise.
        Denoiser perfect = (input, at, out) -> {
            int t = (int) at.timestep();
            type.target(schedule, x0, noise, new int[] {t, t}, out);
        };
        new SamplingLoop(sampler, perfect, SHAPE).denoise(x, 0, NO_NOISE, (done, sample) -> {});
        assertArrayEquals(x0, x, 2e-4f);
    }

    @Test
    void halfARunBeginsWhereItsEvaluationExpectsIt() {
        SchedulerConfig config = SchedulerConfig.stableDiffusion();
        NoiseSchedule schedule = new NoiseSchedule(config.noise());
        TorchGenerator generator = new TorchGenerator(4);
        float[] x0 = generator.randn(SHAPE.size());
        float[] noise = generator.randn(SHAPE.size());
        Sampler sampler = config.kind().create(config, 10, SHAPE);
        float[] x = new float[SHAPE.size()];
        sampler.addNoise(x0, noise, 6, x);
        int[] steps = {0};
        Denoiser perfect = (input, at, out) -> System.arraycopy(noise, 0, out, 0, out.length);
        new SamplingLoop(sampler, perfect, SHAPE).denoise(x, 6, NO_NOISE, (done, sample) -> steps[0]++);

        assertEquals(4, steps[0]);
        // set_alpha_to_one is false: the last step leads to timestep 0, not to the sample itself
        float[] expected = new float[SHAPE.size()];
        schedule.addNoise(x0, noise, new int[] {0, 0}, expected);
        assertArrayEquals(expected, x, 1e-4f);
    }

    @Test
    void etaOneAddsTheNoiseOfDdpm() {
        SchedulerConfig config = SchedulerConfig.of(Json.parse("{\"clip_sample\":false}"), SamplerKind.DDIM);
        TorchGenerator generator = new TorchGenerator(5);
        float[] start = generator.randn(SHAPE.size());
        float[] output = generator.randn(SHAPE.size());
        float[] drawn = generator.randn(SHAPE.size());
        NoiseSource noise = destination -> System.arraycopy(drawn, 0, destination, 0, drawn.length);
        Sampler ddim = new DdimSampler(config, 20, SHAPE, 1, false);
        Sampler ddpm = new DdpmSampler(config, 20, SHAPE);
        for (int i = 0; i < 19; i++) {
            float[] x = start.clone();
            float[] y = start.clone();
            ddim.step(output, i, x, noise);
            ddpm.step(output, i, y, noise);
            assertArrayEquals(y, x, 1e-4f, "evaluation " + i);
        }
    }

    @Test
    void clippedOutputIsThatOfTheClippedSample() {
        SchedulerConfig config = SchedulerConfig.of(Json.parse("{}"), SamplerKind.DDIM);
        NoiseSchedule schedule = new NoiseSchedule(config.noise());
        BatchShape one = new BatchShape(1, 1);
        Sampler sampler = new DdimSampler(config, 10, one, 0, true);
        double alpha = schedule.alphaCumprod(900);
        double previous = schedule.alphaCumprod(800);
        float[] x = {2};
        sampler.step(new float[] {0}, 0, x, NO_NOISE);
        // x0 = 2 / √ᾱ is far above 1
        double epsilon = (2 - Math.sqrt(alpha)) / Math.sqrt(1 - alpha);
        assertEquals(Math.sqrt(previous) + Math.sqrt(1 - previous) * epsilon, x[0], 1e-6);
    }

    @Test
    void noiseLevelFallsAndIsInfiniteForPureNoise() {
        SchedulerConfig config = SchedulerConfig.of(
                Json.parse("{\"rescale_betas_zero_snr\":true,\"timestep_spacing\":\"trailing\","
                        + "\"prediction_type\":\"v_prediction\"}"),
                SamplerKind.DDIM);
        Sampler sampler = config.kind().create(config, 5, SHAPE);
        assertEquals(Double.POSITIVE_INFINITY, sampler.sigma(0));
        for (int i = 1; i < 5; i++) {
            assertTrue(sampler.sigma(i) < sampler.sigma(i - 1));
        }
    }

    @Test
    void badValuesAreRefused() {
        SchedulerConfig config = SchedulerConfig.stableDiffusion();
        refused("eta", () -> new DdimSampler(config, 10, SHAPE, 1.5, false));
        refused("eta", () -> new DdimSampler(config, 10, SHAPE, Double.NaN, false));
        refused("steps", () -> new DdimSampler(config, 0, SHAPE, 0, false));
        refused("steps", () -> new DdimSampler(config, 1001, SHAPE, 0, false));
        Sampler sampler = config.kind().create(config, 10, SHAPE);
        float[] x = new float[SHAPE.size()];
        refused("evaluation 10", () -> sampler.step(x.clone(), 10, x, NO_NOISE));
        refused("evaluation -1", () -> sampler.scaleInput(x, -1, x));
        refused("7 values", () -> sampler.step(new float[7], 0, x, NO_NOISE));
        refused("7 values", () -> sampler.addNoise(x, x, 0, new float[7]));
        refused("batch", () -> new BatchShape(0, 4));
        refused("batch", () -> new BatchShape(1 << 16, 1 << 16));

        SchedulerConfig pureNoise = SchedulerConfig.of(
                Json.parse("{\"rescale_betas_zero_snr\":true,\"timestep_spacing\":\"trailing\"}"), SamplerKind.DDIM);
        assertEquals(TimestepSpacing.TRAILING, pureNoise.timestepSpacing());
        refused("timestep 999", () -> pureNoise.kind().create(pureNoise, 10, SHAPE));
    }

    private static void refused(String name, Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.contains(name), message);
    }
}
