package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.BroadcastGeometry;
import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.GemmKernel;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Objects;
import java.util.Optional;

/** Matrix products: linear layers and products of two activations. */
public final class MatrixOps {
    /** Floats of a linear layer's wider side that its backward pass takes at a time: 4 MiB stay in the cache. */
    private static final int BACKWARD_FLOATS = 1 << 20;

    /** Fewer rows at a time would not pay for reading the weights. */
    private static final int FEWEST_BACKWARD_ROWS = 1024;

    private MatrixOps() {}

    /**
     * y = activation(x Wᵀ + b) over the last dimension.
     *
     * @param x (…, in)
     * @param weight (out, in)
     * @param packed the weight packed with the matrix kernel, as a right operand of {@code in} rows and {@code out} columns
     * @param bias (out), if any
     * @return (…, out)
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static Tensor linear(
            Tape tape, Tensor x, Tensor weight, PackedOperand packed, Optional<Tensor> bias, Activation activation) {
        if (tape.isRecording() && activation != Activation.NONE) {
            return PointwiseOps.activate(tape, linear(tape, x, weight, packed, bias, Activation.NONE), activation);
        }
        requireLinear("linear", x, weight.shape(), bias);
        Tensor y = product(tape, x, 0, x.shape().rows(), weight.shape(), packed, bias, activation);
        Tensor biasInput = bias.orElse(weight);
        return tape.record(y, dy -> linearBackward(tape, x, weight, bias, dy), x, weight, biasInput);
    }

    /** All three gradients for some rows at a time, so that dy is read from memory once. */
    private static void linearBackward(Tape tape, Tensor x, Tensor weight, Optional<Tensor> bias, float[] dy) {
        int in = weight.size(1);
        int out = weight.size(0);
        int rows = x.shape().rows();
        int block = Math.max(FEWEST_BACKWARD_ROWS, BACKWARD_FLOATS / Math.max(in, out));
        PackedOperand.Floats packed = packed(tape, out, in, weight.data(), in, 1);
        Optional<float[]> present = tape.partialGradient(x);
        float[] dx = present.orElseGet(() -> tape.workspace().take(x.length()));
        Epilogue epilogue = present.isPresent() ? Epilogue.ACCUMULATE : Epilogue.STORE;
        for (int row = 0; row < rows; row += block) {
            int count = Math.min(block, rows - row);
            int from = row * out;
            int to = row * in;
            if (tape.needs(x)) {
                tape.kernels()
                        .gemm()
                        .multiply(tape.workers(), count, in, out, dy, from, out, 1, packed, dx, to, in, epilogue);
            }
            parameterGradients(tape, count, weight, bias, x.data(), to, dy, from);
        }
        tape.workspace().give(packed.values());
        if (present.isEmpty()) {
            tape.donate(x, dx);
        }
    }

    /** Adds what some rows of x and dy give to the gradients of a linear layer's parameters. */
    static void parameterGradients(
            Tape tape,
            int rows,
            Tensor weight,
            Optional<Tensor> bias,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset) {
        int out = weight.size(0);
        if (tape.needs(weight)) {
            ConvGeometry pointwise = ConvGeometry.square(rows, 1, 1, weight.size(1), out, 1, 1, 0);
            float[] dw = tape.gradientSum(weight);
            tape.kernels().conv().backwardWeight(tape.workers(), pointwise, x, xOffset, dy, dyOffset, dw, 0, true);
        }
        if (bias.isPresent() && tape.needs(bias.get())) {
            BroadcastGeometry columns = new BroadcastGeometry(1, rows, out, 0, 0, 1);
            float[] db = tape.gradientSum(bias.get());
            tape.kernels().elementwise().reduce(tape.workers(), columns, dy, dyOffset, db, 0);
        }
    }

    /**
     * As {@link #linear(Tape, Tensor, Tensor, PackedOperand, Optional, Activation)} with a weight that exists packed alone.
     *
     * @param weight its shape, (out, in)
     * @throws IllegalArgumentException if the shapes do not fit, or the tape records, since gradients need the weight
     */
    public static Tensor linear(
            Tape tape, Tensor x, Shape weight, PackedOperand packed, Optional<Tensor> bias, Activation activation) {
        requireLinear("linear", x, weight, bias);
        return linear(tape, x, 0, x.shape().rows(), weight, packed, bias, activation);
    }

    /**
     * As {@link #linear(Tape, Tensor, Shape, PackedOperand, Optional, Activation)} of some rows of x.
     *
     * @param from the first row
     * @return (…, out), or (rows, out) if these are not all rows
     */
    public static Tensor linear(
            Tape tape,
            Tensor x,
            int from,
            int rows,
            Shape weight,
            PackedOperand packed,
            Optional<Tensor> bias,
            Activation activation) {
        tape.refuseRecording("linear");
        requireLinear("linear", x, weight, bias);
        Objects.checkFromIndexSize(from, rows, x.shape().rows());
        return product(tape, x, from, rows, weight, packed, bias, activation);
    }

    /**
     * y + x Wᵀ + b in the place of y, which is used up: at inference its buffer holds the result, if the tape owns it.
     *
     * @param y (…, out)
     * @throws IllegalArgumentException if the shapes do not fit
     * @see #linear
     * @see Tape#release
     */
    public static Tensor addLinear(
            Tape tape, Tensor y, Tensor x, Tensor weight, PackedOperand packed, Optional<Tensor> bias) {
        requireAddLinear(y, x, weight.shape(), bias);
        if (y.shape().rows() != x.shape().rows()) {
            throw new IllegalArgumentException("addLinear: " + y.shape() + " and input " + x.shape()
                    + " do not fit; they must have equally many rows");
        }
        if (tape.isRecording()) {
            Tensor sum = tape.allocate(y.shape());
            Epilogue epilogue = Epilogue.onto(y.data(), values(bias));
            multiply(tape, x, 0, x.shape().rows(), weight.shape(), packed, sum, 0, epilogue);
            return tape.record(
                    sum,
                    dSum -> {
                        linearBackward(tape, x, weight, bias, dSum);
                        tape.pass(y, dSum);
                    },
                    x,
                    weight,
                    bias.orElse(weight),
                    y);
        }
        return addLinear(tape, y, 0, x, weight.shape(), packed, bias);
    }

    /**
     * As {@link #addLinear(Tape, Tensor, Tensor, Tensor, PackedOperand, Optional)} with a weight that exists packed alone,
     * to as many rows of y as x has.
     *
     * @param from the first row of y
     * @param weight its shape, (out, in)
     * @throws IllegalArgumentException if the shapes do not fit, or the tape records, since gradients need the weight
     */
    public static Tensor addLinear(
            Tape tape, Tensor y, int from, Tensor x, Shape weight, PackedOperand packed, Optional<Tensor> bias) {
        tape.refuseRecording("addLinear");
        requireAddLinear(y, x, weight, bias);
        Objects.checkFromIndexSize(from, x.shape().rows(), y.shape().rows());
        Tensor sum = tape.mayOverwrite(y) ? y : ArithmeticOps.affine(tape, y, 1, 0);
        Epilogue epilogue = new Epilogue(values(bias), true, Activation.NONE);
        multiply(tape, x, 0, x.shape().rows(), weight, packed, sum, from, epilogue);
        return sum;
    }

    private static void requireLinear(String operation, Tensor x, Shape weight, Optional<Tensor> bias) {
        if (weight.rank() != 2
                || x.shape().rank() < 1
                || x.shape().last() != weight.size(1)
                || bias.isPresent() && bias.get().length() != weight.size(0)) {
            throw new IllegalArgumentException(operation + ": input " + x.shape() + ", weight " + weight
                    + bias.map(b -> " and bias " + b.shape()).orElse("")
                    + " do not fit; they must be (…, in), (out, in) and (out)");
        }
    }

    private static void requireAddLinear(Tensor y, Tensor x, Shape weight, Optional<Tensor> bias) {
        requireLinear("addLinear", x, weight, bias);
        if (y.shape().rank() < 1
                || y.shape().last() != weight.size(0)
                || y.shape().rows() < x.shape().rows()) {
            throw new IllegalArgumentException("addLinear: " + y.shape() + " cannot take the product of input "
                    + x.shape() + " and weight " + weight + "; it must be (…, out) with as many rows");
        }
    }

    private static Tensor product(
            Tape tape,
            Tensor x,
            int from,
            int rows,
            Shape weight,
            PackedOperand packed,
            Optional<Tensor> bias,
            Activation activation) {
        int out = weight.size(0);
        boolean whole = rows == x.shape().rows();
        Tensor y = tape.allocate(whole ? x.shape().with(-1, out) : Shape.of(rows, out));
        multiply(tape, x, from, rows, weight, packed, y, 0, new Epilogue(values(bias), false, activation));
        return y;
    }

    private static float[] values(Optional<Tensor> bias) {
        return bias.map(Tensor::data).orElseGet(Epilogue.STORE::bias);
    }

    private static void multiply(
            Tape tape,
            Tensor x,
            int from,
            int rows,
            Shape weight,
            PackedOperand packed,
            Tensor y,
            int to,
            Epilogue epilogue) {
        int in = weight.size(1);
        int out = weight.size(0);
        tape.kernels()
                .gemm()
                .multiply(
                        tape.workers(),
                        rows,
                        out,
                        in,
                        x.data(),
                        from * in,
                        in,
                        1,
                        packed,
                        y.data(),
                        to * out,
                        out,
                        epilogue);
    }

    /**
     * C = A · Bᵀ.
     *
     * @param a (m, k)
     * @param b (n, k)
     * @return (m, n)
     */
    public static Tensor matmulTransposed(Tape tape, Tensor a, Tensor b) {
        if (a.shape().rank() != 2 || b.shape().rank() != 2 || a.size(1) != b.size(1)) {
            throw new IllegalArgumentException("matmulTransposed: " + a.shape() + " and " + b.shape()
                    + " do not fit; both must be matrices with equally many columns");
        }
        int m = a.size(0);
        int k = a.size(1);
        int n = b.size(0);
        Tensor c = tape.allocate(Shape.of(m, n));
        product(tape, m, n, k, a.data(), k, 1, b.data(), 1, k, c.data());
        return tape.record(
                c,
                dc -> {
                    tape.addGradient(a, da -> product(tape, m, k, n, dc, n, 1, b.data(), k, 1, da));
                    tape.addGradient(b, db -> product(tape, n, k, m, dc, 1, n, a.data(), k, 1, db));
                },
                a,
                b);
    }

    private static void product(
            Tape tape,
            int m,
            int n,
            int k,
            float[] a,
            int aRow,
            int aColumn,
            float[] b,
            int bRow,
            int bColumn,
            float[] c) {
        PackedOperand.Floats packed = packed(tape, k, n, b, bRow, bColumn);
        tape.kernels().gemm().multiply(tape.workers(), m, n, k, a, 0, aRow, aColumn, packed, c, 0, n, Epilogue.STORE);
        tape.workspace().give(packed.values());
    }

    /** Packs a right operand in a buffer of the workspace, which the caller gives back. */
    static PackedOperand.Floats packed(Tape tape, int k, int n, float[] b, int rowStride, int columnStride) {
        GemmKernel gemm = tape.kernels().gemm();
        float[] packed = tape.workspace().take(gemm.packedLength(k, n));
        gemm.pack(tape.workers(), k, n, b, 0, rowStride, columnStride, packed, 0);
        return new PackedOperand.Floats(packed);
    }
}
