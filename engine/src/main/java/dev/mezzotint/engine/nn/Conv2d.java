package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.autograd.ConvOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Optional;

/** Square convolution of channels-last images, usually with a bias. */
public final class Conv2d {
    private final Parameter weight;
    private final Optional<Parameter> bias;
    private final int kernel;
    private final int stride;
    private final int padBefore;
    private final int padAfter;

    /** A convolution with the same padding on all sides. */
    public Conv2d(Parameters parameters, int in, int out, int kernel, int stride, int pad) {
        this(parameters, in, out, kernel, stride, pad, pad, true, Initializer.fanIn(in * kernel * kernel));
    }

    /**
     * A convolution whose padding at the top and left differs from that at the bottom and right, as the VAE's
     * downsampling needs.
     */
    public Conv2d(
            Parameters parameters,
            int in,
            int out,
            int kernel,
            int stride,
            int padBefore,
            int padAfter,
            boolean withBias,
            Initializer initializer) {
        weight = parameters
                .declare("weight", Shape.of(out, kernel, kernel, in), ParameterLayout.CONVOLUTION, initializer)
                .usedAs(Parameter.Use.PACKED);
        bias = withBias
                ? Optional.of(parameters.declare("bias", Shape.of(out), ParameterLayout.SAME, Initializer.constant(0)))
                : Optional.empty();
        this.kernel = kernel;
        this.stride = stride;
        this.padBefore = padBefore;
        this.padAfter = padAfter;
    }

    /** Maps (batch, height, width, in) to (batch, outHeight, outWidth, out). */
    public Tensor forward(Tape tape, Tensor x) {
        Shape w = weight.shape();
        if (x.shape().rank() != 4 || x.shape().last() != w.last()) {
            throw new IllegalArgumentException("conv2d: input " + x.shape() + " does not fit weight " + w
                    + "; it must be (batch, height, width, " + w.last() + ")");
        }
        ConvGeometry geometry = new ConvGeometry(
                x.size(0), x.size(1), x.size(2), x.size(3), w.size(0), kernel, kernel, stride, padBefore, padBefore,
                padAfter, padAfter);
        PackedOperand packed = weight.packed(tape, geometry);
        Optional<Tensor> b = bias.map(parameter -> parameter.on(tape));
        return tape.isRecording()
                ? ConvOps.conv2d(tape, geometry, x, weight.on(tape), packed, b)
                : ConvOps.conv2d(tape, geometry, x, w, packed, b);
    }
}
