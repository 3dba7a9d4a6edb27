package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.sampler.NoiseSource;
import dev.mezzotint.engine.random.TorchGenerator;

/**
 * Noise as PyTorch's {@code randn((1, channels, rows, columns))} draws it, brought to this engine's layout, so that a
 * seed gives the picture that it gives elsewhere.
 */
final class LatentNoise implements NoiseSource {
    private final TorchGenerator generator;
    private final float[] drawn;
    private final int channels;

    LatentNoise(long seed, int channels, int positions) {
        generator = new TorchGenerator(seed);
        drawn = new float[channels * positions];
        this.channels = channels;
    }

    @Override
    public void fill(float[] destination) {
        generator.normal(drawn, 0, drawn.length);
        int positions = drawn.length / channels;
        for (int c = 0; c < channels; c++) {
            for (int p = 0; p < positions; p++) {
                destination[p * channels + c] = drawn[c * positions + p];
            }
        }
    }
}
