package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.tensor.Tensor;
import dev.mezzotint.engine.tensor.Workspace;
import java.util.Optional;

/**
 * The feed-forward layer of a transformer as one operation. It is by far the widest part of a model: taken some rows at a
 * time, forward and back, what is as wide as that stays in the cache from one product to the next, and only what the gate
 * was made of is kept for the way back.
 */
public final class FeedForwardOps {
    /** Floats between the two products that are made at a time: 1 MiB. */
    private static final int FLOATS = 1 << 18;

    private FeedForwardOps() {}

    /**
     * y + contract(geglu(expand(x))) (Shazeer 2020, eq. 6).
     *
     * @param y (…, out)
     * @param x (…, in), as many rows
     * @param expand from in to 2 · inner
     * @param contract from inner to out
     * @throws IllegalArgumentException if the shapes do not fit
     * @see PointwiseOps#geglu
     */
    public static Tensor addGeglu(Tape tape, Tensor y, Tensor x, LinearMap expand, LinearMap contract) {
        if (!expand.fits()
                || !contract.fits()
                || x.shape().rank() < 1
                || x.shape().last() != expand.in()
                || expand.out() != 2 * contract.in()
                || !y.shape().equals(x.shape().with(-1, contract.out()))) {
            throw new IllegalArgumentException("addGeglu: " + y.shape() + ", input " + x.shape() + ", weights "
                    + expand.weight().shape() + " and " + contract.weight().shape()
                    + " do not fit; they must be (…, out), (…, in), (2 · inner, in) and (out, inner)");
        }
        int rows = x.shape().rows();
        int in = expand.in();
        int inner = contract.in();
        int out = contract.out();
        int block = Math.clamp(FLOATS / (2 * inner), 1, rows);
        float[] expanded = tape.buffer(rows * 2 * inner);
        float[] gated = tape.workspace().take(block * inner);
        Tensor sum = tape.allocate(y.shape());
        Epilogue bias = Epilogue.bias(expand.bias().data());
        Epilogue ontoY = Epilogue.onto(y.data(), contract.bias().data());
        for (int row = 0; row < rows; row += block) {
            int count = Math.min(block, rows - row);
            int wide = row * 2 * inner;
            multiply(tape, count, in, 2 * inner, x.data(), row * in, expand.packed(), expanded, wide, bias);
            tape.kernels().activation().geglu(tape.workers(), count, inner, expanded, wide, gated, 0);
            multiply(tape, count, inner, out, gated, 0, contract.packed(), sum.data(), row * out, ontoY);
        }
        tape.workspace().give(gated);
        return tape.record(
                sum,
                dSum -> {
                    backward(tape, block, x, expanded, expand, contract, dSum);
                    tape.pass(y, dSum);
                },
                x,
                expand.weight(),
                expand.bias(),
                contract.weight(),
                contract.bias(),
                y);
    }

    private static void backward(
            Tape tape, int block, Tensor x, float[] expanded, LinearMap expand, LinearMap contract, float[] dSum) {
        int rows = x.shape().rows();
        int in = expand.in();
        int inner = contract.in();
        int out = contract.out();
        Workspace workspace = tape.workspace();
        PackedOperand.Floats turnedContract =
                MatrixOps.packed(tape, out, inner, contract.weight().data(), inner, 1);
        PackedOperand.Floats turnedExpand =
                MatrixOps.packed(tape, 2 * inner, in, expand.weight().data(), in, 1);
        float[] gated = workspace.take(block * inner);
        float[] dGated = workspace.take(block * inner);
        float[] dExpanded = workspace.take(block * 2 * inner);
        Optional<float[]> present = tape.partialGradient(x);
        float[] dx = present.orElseGet(() -> workspace.take(x.length()));
        Epilogue epilogue = present.isPresent() ? Epilogue.ACCUMULATE : Epilogue.STORE;
        for (int row = 0; row < rows; row += block) {
            int count = Math.min(block, rows - row);
            int wide = row * 2 * inner;
            multiply(tape, count, out, inner, dSum, row * out, turnedContract, dGated, 0, Epilogue.STORE);
            tape.kernels()
                    .activation()
                    .gegluBackward(tape.workers(), count, inner, expanded, wide, dGated, 0, dExpanded, 0, gated, 0);
            Optional<Tensor> contractBias = Optional.of(contract.bias());
            MatrixOps.parameterGradients(tape, count, contract.weight(), contractBias, gated, 0, dSum, row * out);
            Optional<Tensor> expandBias = Optional.of(expand.bias());
            MatrixOps.parameterGradients(tape, count, expand.weight(), expandBias, x.data(), row * in, dExpanded, 0);
            if (tape.needs(x)) {
                multiply(tape, count, 2 * inner, in, dExpanded, 0, turnedExpand, dx, row * in, epilogue);
            }
        }
        workspace.give(gated);
        workspace.give(dGated);
        workspace.give(dExpanded);
        workspace.give(turnedContract.values());
        workspace.give(turnedExpand.values());
        if (present.isEmpty()) {
            tape.donate(x, dx);
        }
    }

    /** Some rows, one behind the other, times a packed operand. */
    private static void multiply(
            Tape tape,
            int rows,
            int in,
            int out,
            float[] x,
            int xOffset,
            PackedOperand packed,
            float[] y,
            int yOffset,
            Epilogue epilogue) {
        tape.kernels()
                .gemm()
                .multiply(tape.workers(), rows, out, in, x, xOffset, in, 1, packed, y, yOffset, out, epilogue);
    }
}
