package dev.mezzotint.diffusion.model.unet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Buffers that are handed back early, at inference. */
class UNetBuffersTest {
    private static UNet unet(boolean middle) {
        return unet(middle, 8, 16);
    }

    private static UNet unet(boolean middle, int first, int second) {
        UNet unet = new UNet(new UNetConfig(
                4,
                4,
                8,
                List.of(first, second),
                List.of(true, false),
                List.of(false, true),
                2,
                List.of(2, 1),
                12,
                4,
                1e-5,
                true,
                List.of(1, 2),
                middle,
                Optional.empty(),
                0));
        unet.parameters().initialize(new TorchGenerator(1));
        return unet;
    }

    private static Tensor predict(UNet unet, Tape tape) {
        Tensor x = Tensor.of(new TorchGenerator(2).randn(2 * 8 * 6 * 4), 2, 8, 6, 4);
        Tensor context = Tensor.of(new TorchGenerator(3).randn(2 * 5 * 12), 2, 5, 12);
        return unet.forward(tape, x, new double[] {10, 900}, context);
    }

    /** A recording tape hands nothing back, so nothing can be read there that was given away. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void givesTheBitsOfARecordingTapeAndAllocatesOnce(boolean middle) {
        UNet unet = unet(middle);
        float[] expected = predict(unet, Tape.recording(Compute.best())).data().clone();
        Tape tape = Tape.inference(Compute.best());
        long first = 0;
        for (int turn = 0; turn < 3; turn++) {
            assertArrayEquals(expected, predict(unet, tape).data());
            tape.reset();
            first = turn == 0 ? tape.workspace().allocatedBytes() : first;
        }
        assertEquals(first, tape.workspace().allocatedBytes());
        Tape recording = Tape.recording(Compute.best());
        predict(unet, recording);
        assertTrue(tape.workspace().peakUsedBytes() * 5 < recording.workspace().peakUsedBytes());
    }

    /** Transformers of one layer twice on the way down, of two in the middle and thrice on the way up. */
    @Test
    void remembersKeysAndValuesOfEachLayer() {
        assertEquals(4 * 2 * 5 * 2 * (2 * 8 + 2 * 16 + 3 * 2 * 16), unet(true).contextBytes(2, 5));
        assertEquals(4 * 2 * 5 * 2 * (2 * 8 + 3 * 2 * 16), unet(false).contextBytes(2, 5));
    }

    /** Widths, attention, grids, batches and texts that differ; with guidance there are twice as many texts. */
    @ParameterizedTest
    @CsvSource({
        "true, 8, 16, 8, 6, 1, 1, 5",
        "false, 16, 8, 4, 4, 2, 2, 77",
        "true, 32, 64, 16, 8, 2, 2, 7",
        "true, 8, 16, 7, 5, 1, 1, 5",
        "true, 8, 16, 8, 5, 2, 2, 5",
        "true, 32, 64, 16, 8, 1, 2, 7",
        "false, 16, 32, 8, 8, 2, 6, 7",
        "true, 16, 32, 7, 5, 1, 2, 5"
    })
    void bytesAreReckonedAsTheyAreHeld(
            boolean middle, int first, int second, int height, int width, int batch, int texts, int keys) {
        UNet unet = unet(middle, first, second);
        Tape tape = Tape.inference(Compute.best());
        Tensor context = Tensor.zeros(texts, keys, 12);
        for (int turn = 0; turn < 2; turn++) {
            unet.forward(tape, Tensor.zeros(batch, height, width, 4), new double[batch], context);
            tape.reset();
        }
        long held = tape.workspace().peakBytes();
        assertEquals(held, unet.bufferBytes(batch, texts, height, width, keys), held * 0.02);
    }
}
