package dev.mezzotint.diffusion.model.unet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import org.junit.jupiter.api.Test;

/** The expected numbers are PyTorch's, computed from the papers' formulas in single precision. */
class WavesTest {
    private final Tape tape = Tape.inference(Compute.best());

    @Test
    void timestepsStartWithCosines() {
        float[] expected = {
            0.999649823f,
            0.807455063f,
            -0.844469786f,
            0.541143537f,
            -0.026460752f,
            -0.589929104f,
            -0.535603166f,
            0.840930223f,
            0,
            -0.989992499f,
            0.955336511f,
            0.999550045f,
            0.999995530f,
            0.141120002f,
            0.295520186f,
            0.029995499f,
            0.002999995f,
            0
        };
        assertArrayEquals(
                expected, Waves.ofTimesteps(tape, new double[] {999, 3}, 9).data(), 1e-6f);
    }

    @Test
    void guidanceStartsWithSinesAndReachesTheLowestFrequency() {
        float[] expected = {
            -0.044784740f,
            0.110189155f,
            0.991123259f,
            0.605186343f,
            -0.998996675f,
            0.993910611f,
            0.132946029f,
            0.796083868f,
            0,
            0,
            0,
            0,
            0,
            1,
            1,
            1,
            1,
            0
        };
        assertArrayEquals(
                expected, Waves.ofGuidance(tape, new double[] {6.5, 0}, 9).data(), 1e-4f);
    }
}
