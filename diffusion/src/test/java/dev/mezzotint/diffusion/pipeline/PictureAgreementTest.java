package dev.mezzotint.diffusion.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.Golden;
import dev.mezzotint.diffusion.guidance.GuidanceScale;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** A whole picture of the built-in model by the fast kernels and by the scalar ones, which sum in double precision. */
class PictureAgreementTest {
    private static final String PROMPT = "two purple cylinders and an orange cube on wood";

    @Test
    void fastKernelsDrawWhatScalarOnesDo() throws IOException {
        TextToImageModel model = ModelReader.read(StoredModel.open(Golden.root().resolve("models/builtin")));
        GenerationRequest request = GenerationRequest.of(model, PROMPT, 1)
                .withPrompt(PROMPT, GuidanceScale.of(7.5))
                .withSteps(20);
        GeneratedPicture fast = draw(model, Compute.best(), request);
        GeneratedPicture scalar = draw(model, new Compute(KernelSelector.scalar(), Workers.shared()), request);
        // Measured: 6e-6; a fast kernel that lost a digit would not pass.
        Golden.assertClose(scalar.latents(), fast.latents(), 1e-4, "latents");
        byte[] expected = scalar.image().data();
        byte[] actual = fast.image().data();
        assertEquals(expected.length, actual.length);
        int apart = 0;
        for (int i = 0; i < actual.length; i++) {
            apart += Math.abs((expected[i] & 0xFF) - (actual[i] & 0xFF)) > 1 ? 1 : 0;
        }
        assertTrue(apart <= actual.length / 1000, apart + " of " + actual.length + " samples");
    }

    private static GeneratedPicture draw(TextToImageModel model, Compute compute, GenerationRequest request) {
        return new TextToImagePipeline(model, compute).generate(request, GenerationListener.SILENT);
    }
}
