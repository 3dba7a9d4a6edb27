package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.BroadcastGeometry;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.GemmKernel;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Optional;

/** Matrix products: linear layers and products of two activations. */
public final class MatrixOps {
    private MatrixOps() {}

    /**
     * y = activation(x Wᵀ + b) over the last dimension.
     *
     * @param x (…, in)
     * @param weight (out, in)
     * @param packed the weight packed with {@link #packLinear}
     * @param bias (out), if any
     * @return (…, out)
     * @throws IllegalArgumentException if the shapes do not fit
     */
    public static Tensor linear(
            Tape tape, Tensor x, Tensor weight, float[] packed, Optional<Tensor> bias, Activation activation) {
        if (weight.shape().rank() != 2
                || x.shape().rank() < 1
                || x.shape().last() != weight.size(1)
                || bias.isPresent() && bias.get().length() != weight.size(0)) {
            throw new IllegalArgumentException("linear: input " + x.shape() + ", weight " + weight.shape()
                    + bias.map(b -> " and bias " + b.shape()).orElse("")
                    + " do not fit; they must be (…, in), (out, in) and (out)");
        }
        int in = weight.size(1);
        int out = weight.size(0);
        if (tape.isRecording() && activation != Activation.NONE) {
            return PointwiseOps.activate(tape, linear(tape, x, weight, packed, bias, Activation.NONE), activation);
        }
        int rows = x.shape().rows();
        GemmKernel gemm = tape.kernels().gemm();
        Tensor y = tape.allocate(x.shape().with(-1, out));
        float[] biasData = bias.map(Tensor::data).orElseGet(Epilogue.STORE::bias);
        gemm.multiply(
                tape.workers(),
                rows,
                out,
                in,
                x.data(),
                0,
                in,
                1,
                packed,
                0,
                y.data(),
                0,
                out,
                new Epilogue(biasData, false, activation));
        Tensor biasInput = bias.orElse(weight);
        return tape.record(
                y,
                dy -> {
                    tape.addGradient(x, dx -> {
                        float[] weights = packed(tape, out, in, weight.data(), in, 1);
                        gemm.multiply(
                                tape.workers(), rows, in, out, dy, 0, out, 1, weights, 0, dx, 0, in, Epilogue.STORE);
                        tape.workspace().give(weights);
                    });
                    if (tape.needs(weight)) {
                        float[] inputs = packed(tape, rows, in, x.data(), in, 1);
                        gemm.multiply(
                                tape.workers(),
                                out,
                                in,
                                rows,
                                dy,
                                0,
                                1,
                                out,
                                inputs,
                                0,
                                tape.gradientSum(weight),
                                0,
                                in,
                                Epilogue.ACCUMULATE);
                        tape.workspace().give(inputs);
                    }
                    if (bias.isPresent() && tape.needs(biasInput)) {
                        BroadcastGeometry columns = new BroadcastGeometry(1, rows, out, 0, 0, 1);
                        tape.kernels()
                                .elementwise()
                                .reduce(tape.workers(), columns, dy, 0, tape.gradientSum(biasInput), 0);
                    }
                },
                x,
                weight,
                biasInput);
    }

    /** Packs a weight (out, in) as {@link #linear} wants it. */
    public static void packLinear(Tape tape, Tensor weight, float[] packed) {
        int in = weight.size(1);
        tape.kernels().gemm().pack(tape.workers(), in, weight.size(0), weight.data(), 0, 1, in, packed, 0);
    }

    /** Floats that {@link #packLinear} writes. */
    public static int packedLength(Tape tape, Tensor weight) {
        return tape.kernels().gemm().packedLength(weight.size(1), weight.size(0));
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
        float[] packed = packed(tape, k, n, b, bRow, bColumn);
        tape.kernels()
                .gemm()
                .multiply(tape.workers(), m, n, k, a, 0, aRow, aColumn, packed, 0, c, 0, n, Epilogue.STORE);
        tape.workspace().give(packed);
    }

    private static float[] packed(Tape tape, int k, int n, float[] b, int rowStride, int columnStride) {
        GemmKernel gemm = tape.kernels().gemm();
        float[] packed = tape.workspace().take(gemm.packedLength(k, n));
        gemm.pack(tape.workers(), k, n, b, 0, rowStride, columnStride, packed, 0);
        return packed;
    }
}
