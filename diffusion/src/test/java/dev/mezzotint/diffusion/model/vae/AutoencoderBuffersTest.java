package dev.mezzotint.diffusion.model.vae;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import dev.mezzotint.engine.tensor.Workspace;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Buffers that are handed back early, at inference. */
class AutoencoderBuffersTest {
    private static final int SIZE = 32;

    private final Autoencoder vae = new Autoencoder(new VaeConfig(3, 4, List.of(8, 16, 32, 32), 2, 4, SIZE, 0.2));
    private final Tensor picture = Tensor.of(new TorchGenerator(2).randn(SIZE * SIZE * 3), 1, SIZE, SIZE, 3);
    private final Tensor latent = Tensor.of(new TorchGenerator(3).randn(SIZE * SIZE / 16), 1, SIZE / 8, SIZE / 8, 4);

    /** A recording tape hands nothing back, so nothing can be read there that was given away. */
    @Test
    void givesTheBitsOfARecordingTape() {
        vae.parameters().initialize(new TorchGenerator(1));
        Tape recording = Tape.recording(Compute.best());
        float[] moments = vae.moments(recording, picture).data();
        float[] decoded = vae.decode(recording, latent).data();
        Tape tape = Tape.inference(Compute.best());
        for (int turn = 0; turn < 2; turn++) {
            assertArrayEquals(moments, vae.moments(tape, picture).data());
            assertArrayEquals(decoded, vae.decode(tape, latent).data());
            tape.reset();
        }
    }

    /**
     * The first residual block at full size holds its input, twice as wide as its output, and two outputs; the last
     * enlargement holds two images of that wider kind.
     */
    @Test
    void decodingHoldsNoMoreThanItsWorstMoment() {
        Tape tape = Tape.inference(Compute.best());
        vae.decode(tape, latent);
        long wide = 4L * SIZE * SIZE * 16;
        Workspace workspace = tape.workspace();
        assertEquals(workspace.peakUsedBytes(), workspace.peakBytes());
        assertTrue(workspace.peakBytes() >= 2 * wide);
        assertTrue(workspace.peakBytes() < 2 * wide + wide / 50, () -> workspace.peakBytes() + " of " + wide);
    }

    @ParameterizedTest
    @CsvSource({"1, 4, 4, 8, 16", "2, 4, 2, 16, 8", "1, 8, 6, 8, 8"})
    void bytesAreReckonedAsTheyAreHeld(int batch, int height, int width, int first, int second) {
        Autoencoder other = new Autoencoder(new VaeConfig(3, 4, List.of(first, second, 16), 1, 4, SIZE, 0.2));
        Tape decoding = Tape.inference(Compute.best());
        other.decode(decoding, Tensor.zeros(batch, height, width, 4));
        assertEquals(
                decoding.workspace().peakBytes(),
                other.decodePlan(batch, height, width).peakUsedBytes());
        Tape encoding = Tape.inference(Compute.best());
        other.encode(encoding, Tensor.zeros(batch, 4 * height, 4 * width, 3));
        assertEquals(
                encoding.workspace().peakBytes(),
                other.encodePlan(batch, 4 * height, 4 * width).peakUsedBytes());
    }
}
