package dev.mezzotint.diffusion.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.random.TorchGenerator;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every sampler keeps to. */
class EverySamplerTest {
    private static final SchedulerConfig CONFIG = SchedulerConfig.stableDiffusion();
    private static final BatchShape SHAPE = new BatchShape(2, 12);
    private static final int STEPS = 6;

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void aSecondRunIsLikeTheFirst(SamplerKind kind) {
        SamplingLoop loop = new SamplingLoop(kind.create(CONFIG, STEPS, SHAPE), EverySamplerTest::half, SHAPE);
        float[] first = run(loop);
        assertArrayEquals(first, run(loop));
    }

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void examplesDoNotMeet(SamplerKind kind) {
        BatchShape one = new BatchShape(1, 12);
        float[] both = new TorchGenerator(1).randn(24);
        float[] second = Arrays.copyOfRange(both, 12, 24);
        NoiseSource half = destination -> Arrays.fill(destination, 0.5f);
        new SamplingLoop(kind.create(CONFIG, STEPS, SHAPE), EverySamplerTest::half, SHAPE)
                .denoise(both, 0, half, (done, x) -> {});
        new SamplingLoop(kind.create(CONFIG, STEPS, one), EverySamplerTest::half, one)
                .denoise(second, 0, half, (done, x) -> {});
        assertArrayEquals(second, Arrays.copyOfRange(both, 12, 24));
    }

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void stepsAllocateNothing(SamplerKind kind) {
        BatchShape large = new BatchShape(1, 1 << 15);
        Sampler sampler = kind.create(CONFIG, STEPS, large);
        int evaluations = sampler.timesteps().length;
        float[] x = new float[large.size()];
        float[] output = new TorchGenerator(2).randn(large.size());
        NoiseSource noise = destination -> Arrays.fill(destination, 0.5f);
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int run = 0; run < 3; run++) {
            sampler.reset();
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < evaluations; i++) {
                sampler.scaleInput(x, i, x);
                sampler.step(output, i, x, noise);
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(least < 4096, least + " bytes");
    }

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void badArgumentsAreRefused(SamplerKind kind) {
        refused("steps", () -> kind.create(CONFIG, 0, SHAPE));
        refused("steps", () -> kind.create(CONFIG, 1001, SHAPE));
        Sampler sampler = kind.create(CONFIG, STEPS, SHAPE);
        int evaluations = sampler.timesteps().length;
        float[] x = new float[SHAPE.size()];
        NoiseSource noise = destination -> {};
        refused("evaluation " + evaluations, () -> sampler.step(x.clone(), evaluations, x, noise));
        refused("evaluation -1", () -> sampler.scaleInput(x, -1, x));
        refused("7 values", () -> sampler.step(new float[7], 0, x, noise));
        refused("7 values", () -> sampler.addNoise(x, x, 0, new float[7]));
        Json pureNoise = Json.parse("{\"rescale_betas_zero_snr\":true,\"timestep_spacing\":\"trailing\"}");
        if (kind.scheduler().knowsRescaling()) {
            refused("999", () -> kind.create(SchedulerConfig.of(pureNoise, kind), STEPS, SHAPE));
        }
    }

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void noiseLevelsFallAndLabelsReadBack(SamplerKind kind) {
        Sampler sampler = kind.create(CONFIG, 20, SHAPE);
        double[] timesteps = sampler.timesteps();
        for (int i = 1; i < timesteps.length; i++) {
            assertTrue(sampler.sigma(i) <= sampler.sigma(i - 1));
            assertTrue(timesteps[i] <= timesteps[i - 1] && timesteps[i] >= 0);
        }
        assertEquals(kind, SamplerKind.ofLabel(kind.label()));
        assertTrue(SamplerKind.knowsSchedulerClass(kind.schedulerClass()));
    }

    @Test
    void whatAMethodCannotDoIsRefused() {
        refused(
                "PNDM",
                () -> SamplerKind.PNDM.create(
                        SchedulerConfig.of(Json.parse("{\"prediction_type\":\"sample\"}"), SamplerKind.PNDM),
                        5,
                        SHAPE));
        SchedulerConfig rungeKutta = SchedulerConfig.of(Json.parse("{\"skip_prk_steps\":false}"), SamplerKind.PNDM);
        refused("skip_prk_steps", () -> SamplerKind.PNDM.create(rungeKutta, 3, SHAPE));
        float[] x = new float[SHAPE.size()];
        refused(
                "first evaluation",
                () -> SamplerKind.PNDM.create(rungeKutta, 5, SHAPE).step(x.clone(), 4, x, destination -> {}));
        refused("even", () -> SamplerKind.HEUN.create(CONFIG, 5, SHAPE).step(x.clone(), 3, x, destination -> {}));
        refused(
                "sde-dpmsolver++",
                () -> SamplerKind.DPMPP_2M_SDE.create(
                        SchedulerConfig.of(Json.parse("{\"solver_order\":3}"), SamplerKind.DPMPP_2M_SDE), 5, SHAPE));
        refused("original_inference_steps", () -> SamplerKind.LCM.create(CONFIG, 51, SHAPE));
        refused("999", () -> SamplerKind.UNIPC.create(CONFIG, 1000, SHAPE));
    }

    @Test
    void aSingleStepOfHeunOrPndmIsDdims() {
        SchedulerConfig toClean = SchedulerConfig.of(
                Json.parse("{\"clip_sample\":false,\"timestep_spacing\":\"trailing\",\"set_alpha_to_one\":true}"),
                SamplerKind.DDIM);
        float[] start = new TorchGenerator(6).randn(SHAPE.size());
        float[] expected = single(SamplerKind.DDIM, toClean, start);
        assertArrayEquals(expected, single(SamplerKind.PNDM, toClean, start), 1e-2f);
        assertArrayEquals(expected, single(SamplerKind.DPMPP_2M, toClean, start), 1e-2f);
        assertArrayEquals(expected, single(SamplerKind.UNIPC, toClean, start), 1e-2f);
        assertArrayEquals(expected, single(SamplerKind.HEUN, toClean, start), 1e-2f);
    }

    private static float[] single(SamplerKind kind, SchedulerConfig config, float[] start) {
        Sampler sampler = kind.create(config, 1, SHAPE);
        float[] x = start.clone();
        // where x is of unit variance the model's view is x itself, else x must be scaled up to begin with
        double scale = sampler.initialNoiseSigma() == 1 ? 1 : Math.hypot(sampler.sigma(0), 1);
        for (int i = 0; i < x.length; i++) {
            x[i] *= (float) scale;
        }
        new SamplingLoop(sampler, EverySamplerTest::half, SHAPE).denoise(x, 0, destination -> {}, (done, y) -> {});
        return x;
    }

    private static float[] run(SamplingLoop loop) {
        TorchGenerator generator = new TorchGenerator(9);
        float[] x = new float[SHAPE.size()];
        loop.sample(x, into -> generator.normal(into, 0, into.length), (done, sample) -> {});
        return x;
    }

    private static void half(float[] x, Progress at, float[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = x[i] / 2;
        }
    }

    private static void refused(String name, Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.contains(name), message);
    }
}
