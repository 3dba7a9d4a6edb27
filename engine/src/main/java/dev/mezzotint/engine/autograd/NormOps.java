package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.NormGeometry;
import dev.mezzotint.engine.kernel.NormKernel;
import dev.mezzotint.engine.tensor.Tensor;

/** Normalisations with a learned scale and shift. */
public final class NormOps {
    private NormOps() {}

    /**
     * Group norm over all but the first and last dimension, with an activation fused behind it.
     *
     * @param x (batch, …, channels)
     * @param gamma (channels)
     * @param beta (channels)
     * @return the shape of x
     */
    public static Tensor groupNorm(
            Tape tape, Tensor x, Tensor gamma, Tensor beta, int groups, float epsilon, Activation activation) {
        NormGeometry g = geometry("groupNorm", x, groups, epsilon, activation);
        return norm("groupNorm", tape, g, x, gamma, beta, false);
    }

    /**
     * As {@link #groupNorm} in the place of x, which is used up: at inference its buffer holds the result, if the tape owns
     * it.
     *
     * @see Tape#release
     */
    public static Tensor groupNormInPlace(
            Tape tape, Tensor x, Tensor gamma, Tensor beta, int groups, float epsilon, Activation activation) {
        NormGeometry g = geometry("groupNormInPlace", x, groups, epsilon, activation);
        return norm("groupNormInPlace", tape, g, x, gamma, beta, tape.mayOverwrite(x));
    }

    private static NormGeometry geometry(String operation, Tensor x, int groups, float epsilon, Activation activation) {
        if (x.shape().rank() < 2 || groups < 1 || x.shape().last() % groups != 0) {
            throw new IllegalArgumentException(operation + ": input " + x.shape()
                    + " must be (batch, …, channels) with channels that " + groups + " groups divide");
        }
        int batch = x.size(0);
        int channels = x.shape().last();
        return new NormGeometry(batch, x.length() / batch / channels, channels, groups, epsilon, activation);
    }

    /**
     * Layer norm over the last dimension.
     *
     * @param x (…, width)
     */
    public static Tensor layerNorm(Tape tape, Tensor x, Tensor gamma, Tensor beta, float epsilon) {
        return norm(
                "layerNorm",
                tape,
                NormGeometry.layer(x.shape().rows(), x.shape().last(), epsilon),
                x,
                gamma,
                beta,
                false);
    }

    private static Tensor norm(
            String operation, Tape tape, NormGeometry g, Tensor x, Tensor gamma, Tensor beta, boolean inPlace) {
        if (gamma.length() != g.channels() || beta.length() != g.channels()) {
            throw new IllegalArgumentException(operation + ": input " + x.shape() + " needs a scale and a shift of "
                    + g.channels() + " values, got " + gamma.shape() + " and " + beta.shape());
        }
        NormKernel kernel = tape.kernels().norm();
        Tensor y = inPlace ? x : tape.allocate(x.shape());
        float[] mean = tape.buffer(g.batch() * g.groups());
        float[] rstd = tape.buffer(g.batch() * g.groups());
        kernel.forward(tape.workers(), g, x.data(), 0, gamma.data(), beta.data(), y.data(), 0, mean, rstd);
        return tape.record(
                y,
                dy -> {
                    // The kernel gives all three gradients in one pass; those that nobody needs go to scratch.
                    float[] dGamma = tape.needs(gamma) ? tape.gradientSum(gamma) : tape.buffer(g.channels());
                    float[] dBeta = tape.needs(beta) ? tape.gradientSum(beta) : tape.buffer(g.channels());
                    float[] dx = tape.workspace().take(x.length());
                    kernel.backward(
                            tape.workers(),
                            g,
                            x.data(),
                            0,
                            gamma.data(),
                            beta.data(),
                            mean,
                            rstd,
                            dy,
                            0,
                            dx,
                            0,
                            dGamma,
                            dBeta);
                    tape.donate(x, dx);
                },
                x,
                gamma,
                beta);
    }
}
