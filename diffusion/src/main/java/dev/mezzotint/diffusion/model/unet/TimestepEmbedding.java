package dev.mezzotint.diffusion.model.unet;

import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.nn.Linear;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;

/**
 * Tells the network how noisy its input is: sines and cosines of the timestep at geometrically falling frequencies
 * (Vaswani et al. 2017, section 3.5; cosines first, as diffusers' {@code flip_sin_to_cos}), then two linear layers.
 */
final class TimestepEmbedding {
    private static final double LONGEST_PERIOD = 10_000;

    private final int width;
    private final Linear linear1;
    private final Linear linear2;

    TimestepEmbedding(Parameters parameters, int width, int timeWidth) {
        this.width = width;
        linear1 = new Linear(parameters.child("linear_1"), width, timeWidth, true);
        linear2 = new Linear(parameters.child("linear_2"), timeWidth, timeWidth, true);
    }

    /** One row (timeWidth) a timestep. */
    Tensor forward(Tape tape, double[] timesteps) {
        Tensor waves = tape.allocate(Shape.of(timesteps.length, width));
        int half = width / 2;
        for (int n = 0; n < timesteps.length; n++) {
            for (int i = 0; i < half; i++) {
                // PyTorch computes the frequency in single precision; at t = 999 that is visible.
                float frequency = (float) Math.exp((float) -Math.log(LONGEST_PERIOD) * i / half);
                float angle = (float) timesteps[n] * frequency;
                waves.data()[n * width + i] = (float) Math.cos(angle);
                waves.data()[n * width + half + i] = (float) Math.sin(angle);
            }
            if (width % 2 == 1) {
                waves.data()[n * width + width - 1] = 0;
            }
        }
        return linear2.forward(tape, linear1.forward(tape, waves, Activation.SILU));
    }
}
