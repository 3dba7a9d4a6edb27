package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.diffusion.sampler.NoiseSource;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Optional;

/**
 * Noise as PyTorch's {@code randn((1, channels, rows, columns))} draws it, brought to this engine's layout, so that a seed
 * gives the picture that it gives elsewhere. Where initial latents are given, they are the first noise, and nothing is
 * drawn for it.
 */
final class LatentNoise implements NoiseSource {
    private final TorchGenerator generator;
    private final float[] drawn;
    private final int channels;
    private boolean given;

    LatentNoise(long seed, int channels, int positions, Optional<Tensor> initial) {
        generator = new TorchGenerator(seed);
        drawn = new float[channels * positions];
        this.channels = channels;
        given = initial.isPresent();
        initial.ifPresent(latents -> System.arraycopy(latents.data(), 0, drawn, 0, drawn.length));
    }

    @Override
    public void fill(float[] destination) {
        if (!given) {
            generator.normal(drawn, 0, drawn.length);
        }
        given = false;
        int positions = drawn.length / channels;
        for (int c = 0; c < channels; c++) {
            for (int p = 0; p < positions; p++) {
                destination[p * channels + c] = drawn[c * positions + p];
            }
        }
    }
}
