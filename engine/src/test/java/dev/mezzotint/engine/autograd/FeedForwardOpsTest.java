package dev.mezzotint.engine.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FeedForwardOpsTest {
    private static final int ROWS = 601;
    private static final int WIDTH = 33;
    private static final int INNER = 513;

    private static final TorchGenerator RANDOM = new TorchGenerator(3);
    private static final Tensor Y = random(ROWS, WIDTH);
    private static final Tensor X = random(ROWS, WIDTH);
    private static final Tensor EXPAND = random(2 * INNER, WIDTH);
    private static final Tensor EXPAND_BIAS = random(2 * INNER);
    private static final Tensor CONTRACT = random(WIDTH, INNER);
    private static final Tensor CONTRACT_BIAS = random(WIDTH);
    private static final List<Tensor> INPUTS = List.of(Y, X, EXPAND, EXPAND_BIAS, CONTRACT, CONTRACT_BIAS);

    private static Tensor random(int... sizes) {
        int length = 1;
        for (int size : sizes) {
            length *= size;
        }
        return Tensor.of(RANDOM.randn(length), sizes);
    }

    private static Tensor atOnce(Tape tape) {
        LinearMap expand = new LinearMap(EXPAND, packed(tape, EXPAND), EXPAND_BIAS);
        LinearMap contract = new LinearMap(CONTRACT, packed(tape, CONTRACT), CONTRACT_BIAS);
        return FeedForwardOps.addGeglu(tape, Y, X, expand, contract);
    }

    private static Tensor oneByOne(Tape tape) {
        Tensor expanded =
                MatrixOps.linear(tape, X, EXPAND, packed(tape, EXPAND), Optional.of(EXPAND_BIAS), Activation.NONE);
        Tensor gated = PointwiseOps.geglu(tape, expanded);
        return MatrixOps.addLinear(tape, Y, gated, CONTRACT, packed(tape, CONTRACT), Optional.of(CONTRACT_BIAS));
    }

    private static PackedOperand packed(Tape tape, Tensor weight) {
        return MatrixOps.packed(tape, weight.size(1), weight.size(0), weight.data(), 1, weight.size(1));
    }

    /** The result and all gradients of its squares. */
    private static List<float[]> values(OpCase.Function function, int threads) {
        try (Workers workers = Workers.of(threads)) {
            Tape tape = Tape.recording(new Compute(KernelSelector.kernels(), workers));
            INPUTS.forEach(tape::watch);
            Tensor result = function.apply(tape, INPUTS);
            float[] ones = new float[ROWS];
            Arrays.fill(ones, 1);
            tape.backward(LossOps.squaredError(tape, result, Tensor.zeros(ROWS, WIDTH), ones));
            List<float[]> all = new ArrayList<>(List.of(result.data()));
            INPUTS.forEach(input -> all.add(tape.gradient(input).data()));
            return all;
        }
    }

    @Test
    void manyRowsGiveWhatTheOperationsOneByOneGive() {
        List<float[]> expected = values((tape, in) -> oneByOne(tape), 1);
        List<float[]> actual = values((tape, in) -> atOnce(tape), 1);
        for (int i = 0; i < expected.size(); i++) {
            float largest = 0;
            for (float value : expected.get(i)) {
                largest = Math.max(largest, Math.abs(value));
            }
            assertArrayEquals(expected.get(i), actual.get(i), 1e-5f * largest, "array " + i);
        }
        assertEquals(INPUTS.size() + 1, actual.size());
    }

    @Test
    void threadsDoNotChangeABit() {
        List<float[]> one = values((tape, in) -> atOnce(tape), 1);
        List<float[]> three = values((tape, in) -> atOnce(tape), 3);
        for (int i = 0; i < one.size(); i++) {
            assertArrayEquals(one.get(i), three.get(i), "array " + i);
        }
    }
}
