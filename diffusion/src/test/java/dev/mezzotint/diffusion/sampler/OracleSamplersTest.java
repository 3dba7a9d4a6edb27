package dev.mezzotint.diffusion.sampler;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.Golden;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.random.TorchGenerator;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Where every sampler ends in every spacing, from noise and from a picture (golden/oracle/README.md): what the golden
 * files of diffusers leave out.
 */
class OracleSamplersTest {
    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void everyRunEndsWhereThatOfTheOracleDoes(SamplerKind kind) throws IOException {
        Golden golden = Golden.carried("oracle/samplers");
        Json description = golden.description();
        int runs = 0;
        for (Json run : description.get("runs").elements()) {
            if (run.string("sampler").equals(kind.label())) {
                float[] expected =
                        golden.tensor("x_%03d".formatted(run.integer("seed"))).data();
                Map<String, Json> config =
                        new LinkedHashMap<>(description.get("config").members());
                config.putAll(run.get("config").members());
                float[] x = end(kind, run, SchedulerConfig.of(Json.object(config), kind), expected.length);
                double error = GoldenCase.relativeError(expected, x);
                assertTrue(error < TOLERANCE, run + " differs by " + error);
                runs++;
            }
        }
        assertTrue(runs >= 11, runs + " runs");
    }

    private static float[] end(SamplerKind kind, Json run, SchedulerConfig config, int length) {
        BatchShape shape = new BatchShape(1, length);
        Sampler sampler = kind.create(config, run.integer("steps"), shape);
        TorchGenerator generator = new TorchGenerator(run.integer("seed"));
        NoiseSource noise = destination -> generator.normal(destination, 0, destination.length);
        float[] clean = new float[length];
        noise.fill(clean);
        float[] x = new float[length];
        noise.fill(x);
        int first = sampler.firstEvaluation(run.integer("skipped"));
        if (first > 0) {
            sampler.addNoise(clean, x, first, x);
        } else {
            for (int i = 0; i < length; i++) {
                x[i] *= (float) sampler.initialNoiseSigma();
            }
        }
        Denoiser formula = (input, at, out) -> {
            for (int i = 0; i < length; i++) {
                out[i] = (float) (0.3 * input[i] + 0.1 * Math.sin(input[i] + at.timestep() / 1000));
            }
        };
        new SamplingLoop(sampler, formula, shape).denoise(x, first, noise, (done, sample) -> {});
        return x;
    }
}
