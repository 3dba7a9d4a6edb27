package dev.mezzotint.diffusion.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.random.TorchGenerator;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** diffusers' schedulers over a model that is a formula: every intermediate sample. */
class GoldenSamplersTest {
    private static final double TOLERANCE = 1e-5;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ddim_cosine",
                "ddim_eta1",
                "ddim_sample_linear_clip",
                "ddim_sd15",
                "ddim_v_trailing_zsnr",
                "ddpm_fixed_large",
                "ddpm_linear"
            })
    void everySampleOfTheRunIsThatOfDiffusers(String name) throws IOException {
        GoldenCase golden = GoldenCase.read(name);
        Json description = golden.description();
        float[] initial = golden.floats("initial_noise");
        BatchShape shape = new BatchShape(1, initial.length);
        Sampler sampler = sampler(description, shape);

        assertArrayEquals(golden.floats("timesteps"), narrow(sampler.timesteps()));
        assertEquals(description.number("init_noise_sigma"), sampler.initialNoiseSigma(), 1e-12);

        TorchGenerator generator = new TorchGenerator(description.longInteger("seed"));
        NoiseSource noise = destination -> generator.normal(destination, 0, destination.length);
        Denoiser formula = GoldenSamplersTest::formula;
        float[] x = new float[shape.size()];
        float[][] samples = new float[sampler.timesteps().length][];
        new SamplingLoop(sampler, formula, shape)
                .sample(x, noise, (done, sample) -> samples[done.evaluation()] = sample.clone());

        for (int i = 0; i < samples.length; i++) {
            double error = GoldenCase.relativeError(golden.floats("x_%03d".formatted(i)), samples[i]);
            assertTrue(error < TOLERANCE, name + " x_" + i + " differs by " + error);
        }
        assertArrayEquals(samples[samples.length - 1], x);
    }

    private static Sampler sampler(Json description, BatchShape shape) {
        SchedulerConfig config = SchedulerConfig.of(
                description.get("config"), SamplerKind.ofSchedulerClass(description.string("scheduler")));
        int steps = description.integer("num_inference_steps");
        double eta =
                description.get("step_args").find("eta").map(Json::asDouble).orElse(0.0);
        return eta > 0
                ? new DdimSampler(config, steps, shape, eta, false)
                : config.kind().create(config, steps, shape);
    }

    /** The model of case.json: ε = 0.3 x + 0.1 sin(x + t / 1000). */
    private static void formula(float[] x, Progress at, float[] out) {
        for (int i = 0; i < x.length; i++) {
            out[i] = (float) (0.3 * x[i] + 0.1 * Math.sin(x[i] + at.timestep() / 1000));
        }
    }

    private static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
