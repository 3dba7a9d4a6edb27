package dev.mezzotint.diffusion.model.block;

import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.nn.Conv2d;
import dev.mezzotint.engine.nn.Initializer;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.Tensor;

/** Halves height and width with a 3×3 convolution of stride 2. */
public final class Downsample {
    private final Conv2d conv;

    private Downsample(Parameters parameters, int channels, int padBefore) {
        conv = new Conv2d(
                parameters.child("conv"),
                channels,
                channels,
                3,
                2,
                padBefore,
                1,
                true,
                Initializer.fanIn(9 * channels));
    }

    /** The U-Net's: one pixel of padding on all sides. */
    public static Downsample symmetric(Parameters parameters, int channels) {
        return new Downsample(parameters, channels, 1);
    }

    /** The VAE's: one pixel of padding at the bottom and right alone. */
    public static Downsample asymmetric(Parameters parameters, int channels) {
        return new Downsample(parameters, channels, 0);
    }

    /** Maps (batch, height, width, channels) to (batch, height / 2, width / 2, channels). */
    public Tensor forward(Tape tape, Tensor x) {
        return conv.forward(tape, x);
    }
}
