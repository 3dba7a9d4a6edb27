package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.BroadcastGeometry;
import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.ConvKernel;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Optional;

/** Convolution of channels-last images. */
public final class ConvOps {
    private ConvOps() {}

    /**
     * y = x ∗ w + b.
     *
     * @param x (batch, height, width, in), as the geometry says
     * @param weight (out, kernelHeight, kernelWidth, in)
     * @param packed the weight packed as the convolution kernel wants it
     * @param bias (out), if any
     * @return (batch, outHeight, outWidth, out)
     * @throws IllegalArgumentException if the shapes are not those of the geometry
     */
    public static Tensor conv2d(
            Tape tape, ConvGeometry geometry, Tensor x, Tensor weight, PackedOperand packed, Optional<Tensor> bias) {
        ConvGeometry g = geometry;
        ConvKernel conv = tape.kernels().conv();
        Tensor y = correlate(tape, g, x, weight.shape(), packed, bias);
        Tensor biasInput = bias.orElse(weight);
        return tape.record(
                y,
                dy -> {
                    tape.addGradient(x, dx -> conv.backwardInput(tape.workers(), g, dy, 0, weight.data(), 0, dx, 0));
                    if (tape.needs(weight)) {
                        conv.backwardWeight(tape.workers(), g, x.data(), 0, dy, 0, tape.gradientSum(weight), 0, true);
                    }
                    if (bias.isPresent() && tape.needs(biasInput)) {
                        BroadcastGeometry columns = new BroadcastGeometry(1, g.rows(), g.outChannels(), 0, 0, 1);
                        tape.kernels()
                                .elementwise()
                                .reduce(tape.workers(), columns, dy, 0, tape.gradientSum(biasInput), 0);
                    }
                },
                x,
                weight,
                biasInput);
    }

    /**
     * As {@link #conv2d(Tape, ConvGeometry, Tensor, Tensor, PackedOperand, Optional)} with a weight that exists packed
     * alone.
     *
     * @param weight its shape
     * @throws IllegalArgumentException if the shapes are not those of the geometry, or the tape records, since gradients
     *     need the weight
     */
    public static Tensor conv2d(
            Tape tape, ConvGeometry geometry, Tensor x, Shape weight, PackedOperand packed, Optional<Tensor> bias) {
        tape.refuseRecording("conv2d");
        return correlate(tape, geometry, x, weight, packed, bias);
    }

    private static Tensor correlate(
            Tape tape, ConvGeometry g, Tensor x, Shape weight, PackedOperand packed, Optional<Tensor> bias) {
        Shape wanted = Shape.of(g.batch(), g.height(), g.width(), g.inChannels());
        if (!x.shape().equals(wanted)) {
            throw new IllegalArgumentException("conv2d: input " + x.shape() + " must be " + wanted);
        }
        Shape kernel = Shape.of(g.outChannels(), g.kernelHeight(), g.kernelWidth(), g.inChannels());
        if (!weight.equals(kernel) || bias.isPresent() && bias.get().length() != g.outChannels()) {
            throw new IllegalArgumentException("conv2d: weight " + weight + " must be " + kernel
                    + ", and a bias must have " + g.outChannels() + " values"
                    + bias.map(b -> ", got " + b.shape()).orElse(""));
        }
        Tensor y = tape.allocate(Shape.of(g.batch(), g.outHeight(), g.outWidth(), g.outChannels()));
        tape.kernels()
                .conv()
                .forward(
                        tape.workers(),
                        g,
                        x.data(),
                        0,
                        packed,
                        y.data(),
                        0,
                        Epilogue.bias(bias.map(Tensor::data).orElseGet(Epilogue.STORE::bias)));
        return y;
    }
}
