package dev.mezzotint.diffusion.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.guidance.GuidanceScale;
import dev.mezzotint.diffusion.sampler.SamplerKind;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.nn.Parameter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchPipelineTest {
    private static final List<String> PROMPTS = List.of("a red cube", "a green cone behind a torus", "");
    private static final List<Long> SEEDS = List.of(5L, 6L, 5L);

    private final Compute compute = Compute.best();

    @ParameterizedTest
    @CsvSource({"DDIM, 7.5", "DDIM, 1", "DDIM, 0", "DDPM, 3", "EULER_A, 3", "UNIPC, 3"})
    void eachPictureIsWhatItWouldBeAlone(SamplerKind sampler, double guidance) {
        for (TextToImageModel model : List.of(RandomModel.tiny(), RandomModel.tinyOfPixels(3))) {
            List<Image> together =
                    new BatchPipeline(model, compute).generate(PROMPTS, SEEDS, GuidanceScale.of(guidance), sampler, 3);
            assertEquals(3, together.size());
            for (int i = 0; i < 3; i++) {
                GenerationRequest request = GenerationRequest.of(model, PROMPTS.get(i), SEEDS.get(i))
                        .withPrompt(PROMPTS.get(i), GuidanceScale.of(guidance))
                        .withSampler(sampler, 3);
                Image alone = new TextToImagePipeline(model, compute)
                        .generate(request, GenerationListener.SILENT)
                        .image();
                assertNear(alone, together.get(i));
            }
        }
    }

    private static void assertNear(Image expected, Image actual) {
        assertEquals(expected.width(), actual.width());
        assertEquals(expected.data().length, actual.data().length);
        for (int i = 0; i < expected.data().length; i++) {
            int difference = Math.abs((expected.data()[i] & 0xff) - (actual.data()[i] & 0xff));
            assertTrue(difference <= 1, "sample " + i + " differs by " + difference);
        }
    }

    /** A VAE whose last layer overflows: no white picture comes of that. */
    @ParameterizedTest
    @ValueSource(floats = {Float.POSITIVE_INFINITY, Float.NaN})
    void aPictureThatIsNotFiniteIsAnError(float broken) {
        TextToImageModel model = RandomModel.tiny();
        Parameter last = model.vae().orElseThrow().parameters().list().stream()
                .filter(parameter -> parameter.name().equals("decoder.conv_out.bias"))
                .findFirst()
                .orElseThrow();
        last.value().fill(broken);
        last.changed();
        BatchPipeline pipeline = new BatchPipeline(model, compute);
        String message = assertThrows(
                        ArithmeticException.class,
                        () -> pipeline.generate(PROMPTS, SEEDS, GuidanceScale.of(1), SamplerKind.DDIM, 1))
                .getMessage();
        assertTrue(message.contains("non-finite") && message.contains("step"), message);
    }

    @Test
    void promptsAndSeedsMustBeAsMany() {
        BatchPipeline pipeline = new BatchPipeline(RandomModel.tiny(), compute);
        GuidanceScale scale = GuidanceScale.of(1);
        assertThrows(
                IllegalArgumentException.class,
                () -> pipeline.generate(PROMPTS, List.of(1L), scale, SamplerKind.DDIM, 3));
        assertThrows(
                IllegalArgumentException.class,
                () -> pipeline.generate(List.of(), List.of(), scale, SamplerKind.DDIM, 3));
    }
}
