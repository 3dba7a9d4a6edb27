package dev.mezzotint.diffusion.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.Golden;
import dev.mezzotint.diffusion.guidance.GuidanceScale;
import dev.mezzotint.diffusion.sampler.SamplerKind;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs of diffusers' own pipeline. The folder holds OpenAI's vocabulary, so the project does not carry it. */
class GoldenPipelineTest {
    private static final double TOLERANCE = 2e-3;

    @ParameterizedTest
    @ValueSource(strings = {"run_0", "run_1", "run_2"})
    void drawsWhatDiffusersDoes(String run) throws IOException {
        Golden golden = Golden.beside("pipeline/tiny_sd15/" + run);
        check(golden, golden.description(), Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"run_0", "run_1"})
    void startsFromGivenLatents(String run) throws IOException {
        Golden golden = Golden.beside("pipeline/tiny_sd15/" + run);
        check(golden, golden.description(), Optional.of(golden.tensor("latents_start")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pndm", "euler", "euler_a", "heun", "lms", "dpmpp_2m_karras", "unipc"})
    void everySamplerDrawsWhatDiffusersDoes(String sampler) throws IOException {
        Golden golden = Golden.beside("pipeline/tiny_sd15/sampler_" + sampler);
        Json said = golden.description();
        GeneratedPicture picture = pipeline(golden)
                .generate(
                        request(said, SamplerKind.ofLabel(sampler), said.longInteger("seed"), Optional.empty()),
                        GenerationListener.SILENT);
        Golden.assertClose(golden.tensor("latents"), picture.latents(), TOLERANCE, sampler);
    }

    private static TextToImagePipeline pipeline(Golden golden) throws IOException {
        ModelFolder folder = ModelFolder.open(golden.folder().resolveSibling("model"));
        return new TextToImagePipeline(ModelReader.read(folder), Compute.best());
    }

    private static GenerationRequest request(Json said, SamplerKind sampler, long seed, Optional<Tensor> start) {
        return new GenerationRequest(
                List.of(new Condition(said.string("prompt"), GuidanceScale.of(said.number("guidance")))),
                said.string("negative"),
                sampler,
                said.integer("steps"),
                0,
                seed,
                said.integer("width"),
                said.integer("height"),
                start);
    }

    private static void check(Golden golden, Json said, Optional<Tensor> start) throws IOException {
        TextToImagePipeline pipeline = pipeline(golden);
        long seed = start.isPresent() ? 0 : said.longInteger("seed");
        GenerationRequest request = request(said, SamplerKind.DDIM, seed, start);
        int[] steps = {0};
        GeneratedPicture picture = pipeline.generate(request, new GenerationListener() {
            @Override
            public void stepped(GenerationProgress progress, Tensor latents) {
                String name = "latents_%03d".formatted(steps[0]++);
                try {
                    Golden.assertClose(golden.image(name), latents, TOLERANCE, name);
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            }
        });
        assertEquals(said.integer("steps"), steps[0]);
        Golden.assertClose(golden.image("decoded"), picture.decoded(), TOLERANCE, "decoded");
        long[] expected = golden.integers("image_u8_hwc");
        byte[] actual = picture.image().data();
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < actual.length; i++) {
            assertTrue(Math.abs(expected[i] - (actual[i] & 0xFF)) <= 1, "sample " + i);
        }
    }
}
