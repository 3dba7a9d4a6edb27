package dev.mezzotint.diffusion.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.Golden;
import dev.mezzotint.diffusion.checkpoint.LoraFile;
import dev.mezzotint.diffusion.checkpoint.LoraUse;
import dev.mezzotint.diffusion.guidance.GuidanceScale;
import dev.mezzotint.diffusion.sampler.SamplerKind;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.image.Png;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs of diffusers' own pipelines. The folders hold OpenAI's vocabulary, so the project does not carry them. */
class GoldenPipelineTest {
    private static final double TOLERANCE = 2e-3;
    private static final String TINY = "pipeline/tiny_sd15/";

    @ParameterizedTest
    @ValueSource(strings = {"run_0", "run_1", "run_2"})
    void drawsWhatDiffusersDoes(String run) throws IOException {
        Golden golden = Golden.beside(TINY + run);
        check(golden, request(golden));
    }

    @ParameterizedTest
    @ValueSource(strings = {"run_0", "run_1"})
    void startsFromGivenLatents(String run) throws IOException {
        Golden golden = Golden.beside(TINY + run);
        check(golden, request(golden).withSeed(0).withInitialLatents(golden.tensor("latents_start")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"pndm", "euler", "euler_a", "heun", "lms", "dpmpp_2m_karras", "unipc"})
    void everySamplerDrawsWhatDiffusersDoes(String sampler) throws IOException {
        Golden golden = Golden.beside(TINY + "sampler_" + sampler);
        int steps = golden.description().integer("steps");
        GenerationRequest request = request(golden).withSampler(SamplerKind.ofLabel(sampler), steps);
        Golden.assertClose(
                golden.tensor("latents"), draw(model(golden), request).latents(), TOLERANCE, sampler);
    }

    @ParameterizedTest
    @ValueSource(strings = {"img2img_60", "img2img_90"})
    void beginsWithAPicture(String run) throws IOException {
        Golden golden = Golden.beside(TINY + run);
        Image image = Png.read(golden.folder().resolveSibling("image.png"));
        SourcePicture source = new SourcePicture(image, golden.description().number("strength"), Optional.empty());
        assertPicture(
                golden, "result_u8_hwc", draw(model(golden), request(golden).withSource(source)));
    }

    @Test
    void drawsIntoTheHoleOfAPicture() throws IOException {
        Golden golden = Golden.beside(TINY + "inpaint");
        Image image = Png.read(golden.folder().resolveSibling("image.png"));
        Image mask = Png.read(golden.folder().resolveSibling("mask.png"));
        SourcePicture source = new SourcePicture(image, golden.description().number("strength"), Optional.of(mask));
        assertPicture(
                golden, "result_u8_hwc", draw(model(golden), request(golden).withSource(source)));
    }

    @ParameterizedTest
    @CsvSource({
        "lora_kohya, 1, latents_100",
        "lora_kohya, 0.6, latents_60",
        "lora_peft, 1, latents_100",
        "lora_peft, 0.6, latents_60",
        "lora_peft, 0, latents_without"
    })
    void addsALora(String file, double weight, String expected) throws IOException {
        Golden golden = Golden.beside(TINY + "lora");
        LoraUse use = new LoraUse(LoraFile.open(golden.folder().resolve(file + ".safetensors")), weight);
        TextToImageModel model = ModelReader.read(stored(golden).withLoras(List.of(use)));
        Golden.assertClose(
                golden.tensor(expected), draw(model, request(golden)).latents(), TOLERANCE, file + " at " + weight);
    }

    @ParameterizedTest
    @ValueSource(strings = {"run_0", "run_1"})
    void drawsWithTwoTextEncoders(String run) throws IOException {
        Golden golden = Golden.beside("pipeline/tiny_sdxl/" + run);
        GeneratedPicture picture = draw(model(golden), request(golden));
        Golden.assertClose(golden.tensor("latents"), picture.latents(), TOLERANCE, run);
        assertPicture(golden, "image_u8_hwc", picture);
    }

    /** As for a single file, which has none: OpenAI's vocabulary serves both text encoders, each in its own way. */
    @Test
    void oneTokenizerServesBothTextEncoders() throws IOException {
        Golden golden = Golden.beside("pipeline/tiny_sdxl/run_0");
        Path vocabulary = Golden.beside("tokenizer").folder();
        TextToImageModel model = ModelReader.read(stored(golden), Optional.of(vocabulary));
        Golden.assertClose(
                golden.tensor("latents"), draw(model, request(golden)).latents(), TOLERANCE, "latents");
    }

    @Test
    void drawsWithOneFileOfAWholeModel() throws IOException {
        Golden golden = Golden.beside("single_file/run_0");
        Path vocabulary = Golden.beside("tokenizer").folder();
        StoredModel stored = StoredModel.open(golden.folder().resolveSibling("model_ldm.safetensors"));
        TextToImageModel model = ModelReader.read(stored, Optional.of(vocabulary));
        check(golden, request(golden), model);
    }

    private static StoredModel stored(Golden golden) throws IOException {
        return StoredModel.open(golden.folder().resolveSibling("model"));
    }

    private static TextToImageModel model(Golden golden) throws IOException {
        return ModelReader.read(stored(golden));
    }

    private static GeneratedPicture draw(TextToImageModel model, GenerationRequest request) {
        return new TextToImagePipeline(model, Compute.best()).generate(request, GenerationListener.SILENT);
    }

    private static GenerationRequest request(Golden golden) throws IOException {
        Json said = golden.description();
        return new GenerationRequest(
                List.of(new Condition(said.string("prompt"), GuidanceScale.of(said.number("guidance")))),
                said.find("negative").map(Json::asString),
                1,
                said.string("scheduler").equals("DDIM")
                        ? SamplerKind.DDIM
                        : SamplerKind.of(Json.object(Map.of("_class_name", said.get("scheduler")))),
                said.integer("steps"),
                0,
                said.longInteger("seed"),
                said.find("width").map(Json::asInt).orElse(32),
                said.find("height").map(Json::asInt).orElse(32),
                false,
                Optional.empty(),
                Optional.empty());
    }

    private static void check(Golden golden, GenerationRequest request) throws IOException {
        check(golden, request, model(golden));
    }

    private static void check(Golden golden, GenerationRequest request, TextToImageModel model) throws IOException {
        int[] steps = {0};
        TextToImagePipeline pipeline = new TextToImagePipeline(model, Compute.best());
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
        assertEquals(request.steps(), steps[0]);
        Golden.assertClose(golden.image("decoded"), picture.decoded(), TOLERANCE, "decoded");
        assertPicture(golden, "image_u8_hwc", picture);
    }

    private static void assertPicture(Golden golden, String name, GeneratedPicture picture) throws IOException {
        long[] expected = golden.integers(name);
        byte[] actual = picture.image().data();
        assertEquals(expected.length, actual.length);
        for (int i = 0; i < actual.length; i++) {
            assertTrue(Math.abs(expected[i] - (actual[i] & 0xFF)) <= 1, "sample " + i);
        }
    }
}
