package dev.mezzotint.diffusion.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.guidance.GuidanceScale;
import dev.mezzotint.diffusion.sampler.NonFiniteException;
import dev.mezzotint.diffusion.sampler.SamplerKind;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextToImagePipelineTest {
    private final TextToImageModel model = RandomModel.tiny();
    private final TextToImagePipeline pipeline = new TextToImagePipeline(model, Compute.best());

    private GenerationRequest request() {
        return GenerationRequest.of(model, "a red cube", 3).withSteps(4);
    }

    private GeneratedPicture draw(GenerationRequest request) {
        return pipeline.generate(request, GenerationListener.SILENT);
    }

    @ParameterizedTest
    @EnumSource(SamplerKind.class)
    void theSameSeedGivesTheSamePictureWhateverWasDrawnBefore(SamplerKind sampler) {
        GenerationRequest request = request().withSampler(sampler, 4);
        GeneratedPicture first = draw(request);
        GeneratedPicture other = draw(request.withSeed(4));
        GeneratedPicture again = draw(request);
        assertArrayEquals(first.latents().data(), again.latents().data());
        assertArrayEquals(first.image().data(), again.image().data());
        assertFalse(Arrays.equals(first.latents().data(), other.latents().data()));
    }

    @Test
    void theNumberOfThreadsDoesNotChangeABit() {
        try (Workers three = Workers.of(3);
                Workers one = Workers.of(1)) {
            GeneratedPicture a = new TextToImagePipeline(model, new Compute(KernelSelector.kernels(), one))
                    .generate(request(), GenerationListener.SILENT);
            GeneratedPicture b = new TextToImagePipeline(model, new Compute(KernelSelector.kernels(), three))
                    .generate(request(), GenerationListener.SILENT);
            assertArrayEquals(a.latents().data(), b.latents().data());
        }
    }

    @Test
    void promptNegativeAndGuidanceAllCount() {
        float[] plain = draw(request()).latents().data();
        GenerationRequest r = request();
        assertFalse(Arrays.equals(
                plain,
                draw(r.withPrompt("a blue sphere", GuidanceScale.of(7.5)))
                        .latents()
                        .data()));
        assertFalse(Arrays.equals(
                plain,
                draw(r.withPrompt("a red cube", GuidanceScale.of(3))).latents().data()));
        GenerationRequest negative = r.withNegative("blue");
        assertFalse(Arrays.equals(plain, draw(negative).latents().data()));
    }

    @Test
    void guidanceOneIgnoresTheNegativePrompt() {
        GenerationRequest r = request().withPrompt("a red cube", GuidanceScale.of(1));
        GenerationRequest negative = r.withNegative("blue");
        assertArrayEquals(draw(r).latents().data(), draw(negative).latents().data());
    }

    @Test
    void twoConditionsOfWhichOneHasNoScaleAreThatOfOne() {
        GenerationRequest r = request();
        GenerationRequest two = new GenerationRequest(
                List.of(r.conditions().getFirst(), new Condition("a blue sphere", GuidanceScale.of(0))),
                Optional.empty(),
                1,
                r.sampler(),
                4,
                0,
                r.seed(),
                r.width(),
                r.height(),
                false,
                Optional.empty(),
                Optional.empty());
        float[] one = draw(r).latents().data();
        float[] both = draw(two).latents().data();
        for (int i = 0; i < one.length; i++) {
            assertEquals(one[i], both[i], 1e-3f * Math.max(1, Math.abs(one[i])));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aModelOfPixelsNeedsNoVae(int channels) {
        TextToImageModel pixels = RandomModel.tinyOfPixels(channels);
        GeneratedPicture picture = new TextToImagePipeline(pixels, Compute.best())
                .generate(GenerationRequest.of(pixels, "a cube", 1).withSteps(2), GenerationListener.SILENT);
        assertEquals(channels, picture.image().channels());
        assertEquals(8, picture.image().width());
        assertEquals(channels, picture.latents().size(1));
    }

    @Test
    void widthAndHeightAreNotMixedUp() {
        GenerationRequest r = request().withSize(26, 14);
        GeneratedPicture picture = draw(r);
        assertEquals(26, picture.image().width());
        assertEquals(14, picture.image().height());
        assertEquals("1×4×7×13", picture.latents().shape().toString());
    }

    @Test
    void theEndOfALongPromptCounts() {
        String prompt = "a red cube " + "and a blue sphere ".repeat(40);
        GenerationRequest r = request().withSteps(1);
        float[] sphere =
                draw(r.withPrompt(prompt, GuidanceScale.of(2))).latents().data();
        float[] zebra = draw(r.withPrompt(prompt + "zebra", GuidanceScale.of(2)))
                .latents()
                .data();
        assertFalse(Arrays.equals(sphere, zebra));
    }

    @Test
    void weightsAndClipSkipCount() {
        GenerationRequest r = request();
        float[] plain = draw(r).latents().data();
        assertFalse(Arrays.equals(
                plain,
                draw(r.withPrompt("a (red:1.5) cube", GuidanceScale.of(7.5)))
                        .latents()
                        .data()));
        refused(r.withClipSkip(2), "clip skip of 2", "1 to 1");
        refused(r.withClipSkip(0), "clip skip of 0");
    }

    @Test
    void previewsAreOfTheStepsThatAreAskedFor() {
        List<Integer> steps = new ArrayList<>();
        List<Image> seen = new ArrayList<>();
        GenerationRequest request = request();
        GeneratedPicture watched = pipeline.generate(request, new GenerationListener() {
            @Override
            public boolean wantsPreview(GenerationProgress progress) {
                return progress.step() % 2 == 0;
            }

            @Override
            public void previewed(GenerationProgress progress, Image picture) {
                steps.add(progress.step());
                seen.add(picture);
            }
        });
        assertEquals(List.of(2, 4), steps);
        assertArrayEquals(draw(request).image().data(), watched.image().data());
        // DDIM's last step leads to the clean sample that the model saw in it, but for the schedule's first ᾱ.
        byte[] last = seen.getLast().data();
        int far = 0;
        for (int i = 0; i < last.length; i++) {
            far = Math.max(far, Math.abs((last[i] & 0xFF) - (watched.image().data()[i] & 0xFF)));
        }
        assertTrue(far <= 12, "the last preview differs by " + far);
        assertFalse(Arrays.equals(last, seen.getFirst().data()));
    }

    /** What the kernels themselves allocate is SamplingStepBenchmark's business: it depends on the compiler. */
    @Test
    void laterStepsUseTheBuffersOfTheFirst() {
        pipeline.generate(request().withSteps(1), GenerationListener.SILENT);
        long first = pipeline.stepBufferBytes();
        assertTrue(first > 0);
        pipeline.generate(request().withSteps(5), GenerationListener.SILENT);
        assertEquals(first, pipeline.stepBufferBytes());
    }

    @Test
    void refusesWhatTheModelCannotDraw() {
        refused(request().withSize(17, 16), "17x16", "multiples of 2", "18x16");
        refused(request().withSize(0, 16), "0x16");
        refused(request().withSize(-4, 16), "-4x16");
        refused(request().withSize(1 << 20, 1 << 20), "1048576x1048576");
        refused(request().withSteps(0), "steps is 0", "1000");
        refused(request().withSteps(1001), "steps is 1001", "1000");
        refused(request().withInitialLatents(Tensor.zeros(1, 4, 8, 9)), "1×4×8×9", "1×4×8×8");
        Tensor broken = Tensor.zeros(1, 4, 8, 8);
        broken.fill(Float.NaN);
        refused(request().withInitialLatents(broken), "not finite");
    }

    @Test
    void refusesWhatItsVaeCannotDecodeInOnePiece() {
        TextToImageModel model = RandomModel.likeBuiltIn();
        TextToImagePipeline pipeline = new TextToImagePipeline(model, Compute.best());
        GenerationRequest large = GenerationRequest.of(model, "a cube", 1).withSize(8192, 8188);
        String message = assertThrows(IllegalArgumentException.class, () -> pipeline.check(large))
                .getMessage();
        assertTrue(message.contains("8192x8188") && message.contains("in tiles"), message);
        pipeline.check(large.withTiledVae(true));
    }

    @Test
    void aNonFiniteWeightEndsInAnErrorThatNamesTheStep() {
        TextToImageModel broken = RandomModel.tiny();
        broken.unet().parameters().list().getFirst().value().fill(Float.NaN);
        String message = assertThrows(
                        NonFiniteException.class,
                        () -> new TextToImagePipeline(broken, Compute.best())
                                .generate(request(), GenerationListener.SILENT))
                .getMessage();
        assertTrue(message.contains("step 1 of 4"), message);
        TextToImageModel brokenVae = RandomModel.tiny();
        brokenVae.vae().get().parameters().list().getLast().value().fill(Float.POSITIVE_INFINITY);
        message = assertThrows(
                        ArithmeticException.class,
                        () -> new TextToImagePipeline(brokenVae, Compute.best())
                                .generate(request(), GenerationListener.SILENT))
                .getMessage();
        assertTrue(message.contains("VAE"), message);
    }

    private void refused(GenerationRequest request, String... named) {
        String message = assertThrows(IllegalArgumentException.class, () -> draw(request))
                .getMessage();
        for (String part : named) {
            assertTrue(message.contains(part), message);
        }
    }
}
