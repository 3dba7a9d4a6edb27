package dev.mezzotint.diffusion.sampler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.random.TorchGenerator;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
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
                "ddpm_linear",
                "dpmpp_2m",
                "dpmpp_2m_karras",
                "dpmpp_2m_sde",
                "euler_ancestral_sd15",
                "euler_karras",
                "euler_sd15",
                "euler_turbo_trailing",
                "heun_sd15",
                "lcm",
                "lms_sd15",
                "pndm_sd15",
                "unipc_sd15"
            })
    void everySampleOfTheRunIsThatOfDiffusers(String name) throws IOException {
        GoldenCase golden = GoldenCase.read(name);
        Json description = golden.description();
        float[] initial = golden.floats("initial_noise");
        BatchShape shape = new BatchShape(1, initial.length);
        Sampler sampler = sampler(description, shape);

        // those of Karras depend on the last bit of numpy's logarithm
        assertArrayEquals(golden.floats("timesteps"), narrow(sampler.timesteps()), name.contains("karras") ? 1e-3f : 0);
        assertEquals(description.number("init_noise_sigma"), sampler.initialNoiseSigma(), 1e-12);
        if (golden.has("sigmas")) {
            float[] sigmas = golden.floats("sigmas");
            for (int i = 0; i < sampler.timesteps().length; i++) {
                assertEquals(sigmas[i], sampler.sigma(i), 1e-6 * sigmas[i]);
            }
        }

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
        Map<String, Json> members =
                new LinkedHashMap<>(description.get("config").members());
        members.put("_class_name", Json.of(description.string("scheduler")));
        if (description.string("scheduler").equals("UniPCMultistepScheduler")) {
            // the goldens are those of a version whose UniPC had no such key yet and ended there
            members.putIfAbsent("final_sigmas_type", Json.of("sigma_min"));
        }
        SchedulerConfig config = SchedulerConfig.of(Json.object(members));
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
