package dev.mezzotint.clip.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ClipImageEncoderTest {
    private static final GoldenClip GOLDEN = GoldenClip.of("vision_patch8");

    @Test
    void encodesAsTransformersDoes() throws IOException {
        check(Tape.inference(Compute.best()));
        check(Tape.recording(Compute.best()));
    }

    @Test
    void encodesAsTransformersDoesWithScalarKernels() throws IOException {
        check(Tape.inference(new Compute(KernelSelector.scalar(), Workers.shared())));
    }

    @Test
    void configurationSurvivesBeingWritten() throws IOException {
        ClipVisionConfig config = ClipVisionConfig.parse(GOLDEN.config());
        assertEquals(config, ClipVisionConfig.parse(config.toJson()));
    }

    @Test
    void refusesPicturesOfAnotherSize() throws IOException {
        ClipImageEncoder encoder = load();
        Tape tape = Tape.inference(Compute.best());
        String message = assertThrows(
                        IllegalArgumentException.class, () -> encoder.encode(tape, Tensor.zeros(2, 32, 31, 3)))
                .getMessage();
        assertTrue(message.contains("2×32×31×3"), message);
    }

    private static void check(Tape tape) throws IOException {
        Tensor pixels = GOLDEN.tensor("pixels").toChannelsLast();
        GOLDEN.check("image_embeds", load().encode(tape, pixels));
    }

    private static ClipImageEncoder load() throws IOException {
        ClipImageEncoder encoder = new ClipImageEncoder(ClipVisionConfig.parse(GOLDEN.config()));
        GOLDEN.load(encoder.parameters());
        return encoder;
    }
}
