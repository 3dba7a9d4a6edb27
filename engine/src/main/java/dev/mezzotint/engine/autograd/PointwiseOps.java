package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.ActivationKernel;
import dev.mezzotint.engine.tensor.Tensor;

/** Activations and other functions of one tensor, element by element or row by row. */
public final class PointwiseOps {
    private PointwiseOps() {}

    /** activation(x). */
    public static Tensor activate(Tape tape, Tensor x, Activation activation) {
        ActivationKernel kernel = tape.kernels().activation();
        int length = x.length();
        Tensor y = tape.allocate(x.shape());
        kernel.forward(tape.workers(), activation, length, x.data(), 0, y.data(), 0);
        return tape.record(
                y,
                dy -> tape.addGradient(
                        x, dx -> kernel.backward(tape.workers(), activation, length, x.data(), 0, dy, 0, dx, 0)),
                x);
    }

    /**
     * GEGLU (Shazeer 2020): the first half of the last dimension times the GELU of the second.
     *
     * @param x (…, 2 · width)
     * @return (…, width)
     */
    public static Tensor geglu(Tape tape, Tensor x) {
        if (x.shape().last() % 2 != 0) {
            throw new IllegalArgumentException("geglu: the last size of " + x.shape() + " must be even");
        }
        ActivationKernel kernel = tape.kernels().activation();
        int rows = x.shape().rows();
        int width = x.shape().last() / 2;
        Tensor y = tape.allocate(x.shape().with(-1, width));
        kernel.geglu(tape.workers(), rows, width, x.data(), 0, y.data(), 0);
        return tape.record(
                y,
                dy -> tape.addGradient(x, dx -> {
                    float[] again = tape.workspace().take(y.length());
                    kernel.gegluBackward(tape.workers(), rows, width, x.data(), 0, dy, 0, dx, 0, again, 0);
                    tape.workspace().give(again);
                }),
                x);
    }

    /** Softmax over the last dimension. */
    public static Tensor softmax(Tape tape, Tensor x) {
        int rows = x.shape().rows();
        int width = x.shape().last();
        Tensor y = tape.allocate(x.shape());
        tape.kernels().softmax().forward(tape.workers(), rows, width, x.data(), 0, y.data(), 0);
        return tape.record(
                y,
                dy -> tape.addGradient(
                        x,
                        dx -> tape.kernels()
                                .softmax()
                                .backward(tape.workers(), rows, width, y.data(), 0, dy, 0, dx, 0)),
                x);
    }

    /** e to the power of each element. */
    public static Tensor exp(Tape tape, Tensor x) {
        Tensor y = tape.allocate(x.shape());
        for (int i = 0; i < x.length(); i++) {
            y.data()[i] = (float) Math.exp(x.get(i));
        }
        return tape.record(
                y,
                dy -> tape.addGradient(x, dx -> {
                    for (int i = 0; i < dx.length; i++) {
                        dx[i] = dy[i] * y.get(i);
                    }
                }),
                x);
    }

    /** Each element forced into [low, high]; the gradient passes where the element is inside. */
    public static Tensor clamp(Tape tape, Tensor x, float low, float high) {
        if (!(low <= high)) {
            throw new IllegalArgumentException("clamp: the lower bound " + low + " must not exceed the upper " + high);
        }
        Tensor y = tape.allocate(x.shape());
        for (int i = 0; i < x.length(); i++) {
            y.data()[i] = Math.clamp(x.get(i), low, high);
        }
        return tape.record(
                y,
                dy -> tape.addGradient(x, dx -> {
                    for (int i = 0; i < dx.length; i++) {
                        float value = x.get(i);
                        dx[i] = value >= low && value <= high ? dy[i] : 0;
                    }
                }),
                x);
    }

    /** Each row of the last dimension divided by its Euclidean length. */
    public static Tensor normalizeRows(Tape tape, Tensor x) {
        int rows = x.shape().rows();
        int width = x.shape().last();
        Tensor y = tape.allocate(x.shape());
        float[] inverseLengths = tape.buffer(rows);
        for (int r = 0; r < rows; r++) {
            double square = 0;
            for (int c = r * width; c < (r + 1) * width; c++) {
                square += (double) x.get(c) * x.get(c);
            }
            inverseLengths[r] = (float) (1 / Math.sqrt(Math.max(square, 1e-24)));
            for (int c = r * width; c < (r + 1) * width; c++) {
                y.data()[c] = x.get(c) * inverseLengths[r];
            }
        }
        return tape.record(
                y,
                dy -> tape.addGradient(x, dx -> {
                    for (int r = 0; r < rows; r++) {
                        double along = 0;
                        for (int c = r * width; c < (r + 1) * width; c++) {
                            along += (double) dy[c] * y.get(c);
                        }
                        for (int c = r * width; c < (r + 1) * width; c++) {
                            dx[c] = (float) ((dy[c] - along * y.get(c)) * inverseLengths[r]);
                        }
                    }
                }),
                x);
    }
}
