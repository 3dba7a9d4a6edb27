package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;

/**
 * Numbers as sines and cosines at geometrically falling frequencies (Vaswani et al. 2017, section 3.5), a form that
 * linear layers can tell apart. All steps are in single precision as in PyTorch; at timestep 999 that is visible.
 */
final class Waves {
    private static final float LONGEST_PERIOD_LOG = (float) Math.log(10_000);

    private Waves() {}

    /** Timesteps and sizes in pixels: frequencies 10000^(−i / half), cosines first ({@code flip_sin_to_cos}). */
    static Tensor ofTimesteps(Tape tape, double[] values, int width) {
        int half = width / 2;
        Tensor waves = tape.allocate(Shape.of(values.length, width));
        for (int n = 0; n < values.length; n++) {
            for (int i = 0; i < half; i++) {
                float angle = (float) values[n] * frequency(-LONGEST_PERIOD_LOG * i / half);
                waves.data()[n * width + i] = (float) Math.cos(angle);
                waves.data()[n * width + half + i] = (float) Math.sin(angle);
            }
            padOdd(waves, n);
        }
        return waves;
    }

    /**
     * Guidance scales minus one (Luo et al. 2023, section 4.1): a thousand times the value at frequencies 10000^(−i /
     * (half − 1)), sines first.
     */
    static Tensor ofGuidance(Tape tape, double[] values, int width) {
        int half = width / 2;
        float step = LONGEST_PERIOD_LOG / (half - 1);
        Tensor waves = tape.allocate(Shape.of(values.length, width));
        for (int n = 0; n < values.length; n++) {
            for (int i = 0; i < half; i++) {
                float angle = (float) values[n] * 1000 * frequency(-step * i);
                waves.data()[n * width + i] = (float) Math.sin(angle);
                waves.data()[n * width + half + i] = (float) Math.cos(angle);
            }
            padOdd(waves, n);
        }
        return waves;
    }

    private static float frequency(float exponent) {
        return (float) Math.exp(exponent);
    }

    private static void padOdd(Tensor waves, int row) {
        int width = waves.size(1);
        if (width % 2 == 1) {
            waves.data()[row * width + width - 1] = 0;
        }
    }
}
