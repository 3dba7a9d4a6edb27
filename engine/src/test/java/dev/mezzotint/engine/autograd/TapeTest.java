package dev.mezzotint.engine.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TapeTest {
    private static final Compute COMPUTE = new Compute(KernelSelector.scalar(), Workers.of(1));

    @Test
    void scopeHandsBackAllButTheKeptResult() {
        Tape tape = Tape.inference(COMPUTE);
        Tensor kept;
        float[] dropped;
        try (Tape.Scope scope = tape.scope()) {
            Tensor intermediate = tape.allocate(Shape.of(3, 5));
            dropped = intermediate.data();
            kept = scope.keep(ArithmeticOps.affine(tape, intermediate, 0, 7));
        }
        assertSame(dropped, tape.allocate(Shape.of(5, 3)).data());
        assertNotSame(kept.data(), tape.allocate(Shape.of(15)).data());
        for (float value : kept.data()) {
            assertEquals(7, value);
        }
    }

    @Test
    void resultKeptByAnInnerScopeBelongsToTheOuter() {
        Tape tape = Tape.inference(COMPUTE);
        float[] inner;
        try (Tape.Scope _ = tape.scope()) {
            Tensor kept;
            try (Tape.Scope scope = tape.scope()) {
                kept = scope.keep(tape.allocate(Shape.of(7)));
                tape.allocate(Shape.of(9));
            }
            inner = kept.data();
            assertNotSame(inner, tape.allocate(Shape.of(7)).data());
        }
        float[] first = tape.allocate(Shape.of(7)).data();
        float[] second = tape.allocate(Shape.of(7)).data();
        assertTrue(first == inner || second == inner);
        assertEquals(4 * (7 + 9 + 7), tape.workspace().allocatedBytes());
    }

    @Test
    void reshapedResultIsKept() {
        Tape tape = Tape.inference(COMPUTE);
        Tensor kept;
        try (Tape.Scope scope = tape.scope()) {
            kept = scope.keep(ShapeOps.reshape(tape, tape.allocate(Shape.of(3, 5)), 15));
        }
        assertNotSame(kept.data(), tape.allocate(Shape.of(15)).data());
    }

    @Test
    void keptInputIsNotHandedBack() {
        Tape tape = Tape.inference(COMPUTE);
        Tensor input = Tensor.zeros(4);
        try (Tape.Scope scope = tape.scope()) {
            assertSame(input, scope.keep(input));
        }
        tape.reset();
        assertNotSame(input.data(), tape.allocate(Shape.of(4)).data());
    }

    @Test
    void aReleasedResultsBufferIsUsedAgainWithinTheScope() {
        Tape tape = Tape.inference(COMPUTE);
        try (Tape.Scope outer = tape.scope()) {
            Tensor first = tape.allocate(Shape.of(3, 5));
            Tensor kept;
            try (Tape.Scope inner = tape.scope()) {
                Tensor second = tape.allocate(Shape.of(7));
                float[] firstBuffer = first.data();
                float[] secondBuffer = second.data();
                tape.release(first);
                tape.release(ShapeOps.reshape(tape, second, 7, 1));
                assertThrows(IllegalStateException.class, first::data);
                kept = inner.keep(tape.allocate(Shape.of(5, 3)));
                assertSame(firstBuffer, kept.data());
                assertSame(secondBuffer, tape.allocate(Shape.of(7)).data());
            }
            outer.keep(kept);
            assertEquals(4 * (15 + 7), tape.workspace().heldBytes());
        }
        assertNotSame(
                tape.allocate(Shape.of(15)).data(), tape.allocate(Shape.of(15)).data());
        tape.reset();
        assertEquals(4 * (3 * 15 + 7), tape.workspace().allocatedBytes());
    }

    @Test
    void whatIsNotTheTapesIsNeitherReleasedNorOverwritten() {
        Tape tape = Tape.inference(COMPUTE);
        Tensor input = Tensor.of(new float[] {1, 2, 3}, 3);
        tape.release(input);
        assertNotSame(input.data(), tape.allocate(Shape.of(3)).data());
        Tensor ones = Tensor.of(new float[] {1, 1, 1}, 3);
        assertArrayEquals(
                new float[] {2, 3, 4},
                ArithmeticOps.addInPlace(tape, input, ones).data());
        assertArrayEquals(new float[] {1, 2, 3}, input.data());
        Tape recording = Tape.recording(COMPUTE);
        Tensor sum = ArithmeticOps.add(recording, input, ones);
        recording.release(sum);
        assertNotSame(sum.data(), ArithmeticOps.addInPlace(recording, sum, ones).data());
        assertArrayEquals(new float[] {2, 3, 4}, sum.data());
    }

    @Test
    void operationsInPlaceGiveTheSameBits() {
        for (Compute compute : new Compute[] {COMPUTE, new Compute(KernelSelector.kernels(), Workers.of(2))}) {
            Tape tape = Tape.inference(compute);
            for (int channels : new int[] {6, 38, 64}) {
                Tensor x = random(2, 5, channels);
                Tensor gamma = random(channels);
                Tensor beta = random(1, channels).reshape(channels);
                float[] normed = NormOps.groupNorm(tape, x, gamma, beta, 2, 1e-5f, Activation.SILU)
                        .data();
                Tensor own = owned(tape, x);
                assertSame(
                        own.data(),
                        NormOps.groupNormInPlace(tape, own, gamma, beta, 2, 1e-5f, Activation.SILU)
                                .data());
                assertArrayEquals(normed, own.data());
                float[] sum = ArithmeticOps.add(tape, x, gamma).data();
                assertArrayEquals(
                        sum,
                        ArithmeticOps.addInPlace(tape, owned(tape, x), gamma).data());
            }
        }
    }

    @Test
    void sumsWithProductsInPlaceAreThoseOfTheirParts() {
        Tape tape = Tape.inference(new Compute(KernelSelector.kernels(), Workers.of(2)));
        Tensor x = random(3, 5, 19);
        Tensor y = random(3, 5, 33);
        Tensor weight = random(33, 19);
        Optional<Tensor> bias = Optional.of(random(1, 33).reshape(33));
        PackedOperand packed = packed(tape, weight);
        Tensor product = MatrixOps.linear(tape, x, weight, packed, bias, Activation.NONE);
        float[] sum = ArithmeticOps.add(tape, y, product).data();
        Tensor own = owned(tape, y);
        assertSame(own, MatrixOps.addLinear(tape, own, x, weight, packed, bias));
        assertArrayEquals(sum, own.data(), 1e-5f);
        Tensor rows = owned(tape, y);
        for (int from = 0; from < 15; from += 5) {
            Tensor some = MatrixOps.linear(tape, x, from, 5, weight.shape(), packed, bias, Activation.NONE);
            assertEquals(Shape.of(5, 33), some.shape());
            assertArrayEquals(Arrays.copyOfRange(product.data(), from * 33, (from + 5) * 33), some.data());
            Tensor read = Tensor.of(Arrays.copyOfRange(x.data(), from * 19, (from + 5) * 19), 5, 19);
            assertSame(rows, MatrixOps.addLinear(tape, rows, from, read, weight.shape(), packed, bias));
        }
        assertArrayEquals(own.data(), rows.data());
    }

    /** A weight (out, in) as a right operand of {@code in} rows. */
    private static PackedOperand packed(Tape tape, Tensor weight) {
        int out = weight.size(0);
        int in = weight.size(1);
        float[] packed = new float[tape.kernels().gemm().packedLength(in, out)];
        tape.kernels().gemm().pack(tape.workers(), in, out, weight.data(), 0, 1, in, packed, 0);
        return new PackedOperand.Floats(packed);
    }

    private static Tensor random(int... sizes) {
        Tensor x = Tensor.zeros(sizes);
        new TorchGenerator(sizes.length).normal(x.data(), 0, x.length());
        return x;
    }

    /** A copy that is the tape's, as an operation's result would be. */
    private static Tensor owned(Tape tape, Tensor x) {
        return ArithmeticOps.affine(tape, x, 1, 0);
    }

    @Test
    void aFrugalScopeHoldsNoMoreThanWasInUseAtOnce() {
        for (boolean frugal : new boolean[] {false, true}) {
            Tape tape = Tape.inference(COMPUTE);
            try (Tape.Scope _ = frugal ? tape.frugalScope() : tape.scope()) {
                for (int length = 1; length <= 1024; length *= 2) {
                    try (Tape.Scope _ = tape.scope()) {
                        tape.allocate(Shape.of(length));
                        tape.allocate(Shape.of(length));
                    }
                }
            }
            assertEquals(4 * 2048, tape.workspace().peakUsedBytes());
            assertEquals(frugal ? 4 * 2048 : 4 * 2 * 2047, tape.workspace().peakBytes());
            assertFalse(tape.workspace().isFrugal());
        }
        Tape recording = Tape.recording(COMPUTE);
        try (Tape.Scope _ = recording.frugalScope()) {
            assertFalse(recording.workspace().isFrugal());
        }
    }

    @Test
    void scopeOfARecordingTapeKeepsWhatTheWayBackNeeds() {
        Tape tape = Tape.recording(COMPUTE);
        Tensor x = Tensor.of(new float[] {1, 2, 3}, 3);
        tape.watch(x);
        Tensor y;
        try (Tape.Scope scope = tape.scope()) {
            Tensor square = ArithmeticOps.multiply(tape, x, x);
            y = scope.keep(ArithmeticOps.multiply(tape, square, square));
        }
        tape.allocate(Shape.of(3)).fill(Float.NaN);
        tape.backward(new WeightedSum(new float[] {1, 1, 1}).on(tape, y));
        assertArrayEquals(new float[] {4, 32, 108}, tape.gradient(x).data());
    }

    @Test
    void gradientsAreAddedToTheParametersOwn() {
        Tape tape = Tape.recording(COMPUTE);
        Tensor weight = Tensor.of(new float[] {2, 3}, 2);
        Tensor gradient = Tensor.of(new float[] {10, 20}, 2);
        for (int turn = 0; turn < 2; turn++) {
            tape.watch(weight, gradient);
            tape.backward(new WeightedSum(new float[] {1, 4}).on(tape, ArithmeticOps.multiply(tape, weight, weight)));
            tape.reset();
        }
        assertArrayEquals(new float[] {18, 68}, gradient.data());
    }

    @Test
    void aGradientThatStandsForSeveralTensorsIsNotAddedTo() {
        Tape tape = Tape.recording(COMPUTE);
        Tensor x = Tensor.of(new float[] {2, 3}, 2);
        for (int turn = 0; turn < 3; turn++) {
            tape.watch(x);
            // The sum passes its gradient on to a, b and, through c, to b once more.
            Tensor a = ArithmeticOps.affine(tape, x, 2, 0);
            Tensor b = ArithmeticOps.affine(tape, x, 3, 0);
            Tensor c = ArithmeticOps.add(tape, b, ShapeOps.reshape(tape, a, 2));
            Tensor sum = ArithmeticOps.add(tape, ArithmeticOps.add(tape, a, c), ArithmeticOps.add(tape, b, b));
            Tensor loss = LossOps.squaredError(tape, sum, Tensor.zeros(Shape.of(2)), new float[] {1, 1});
            tape.backward(loss);
            // sum = 13 x, loss = sum²
            assertArrayEquals(
                    new float[] {2 * 13 * 13 * 2, 2 * 13 * 13 * 3},
                    tape.gradient(x).data());
            long bytes = tape.workspace().heldBytes();
            tape.reset();
            assertEquals(bytes, tape.workspace().heldBytes());
            assertEquals(bytes, tape.workspace().allocatedBytes());
        }
    }

    @Test
    void refusesWhatHasNoGradient() {
        Tape tape = Tape.recording(COMPUTE);
        Tensor x = Tensor.zeros(3);
        refused(() -> tape.backward(x), "3");
        refused(() -> tape.backward(Tensor.zeros()), "watched");
        refused(() -> tape.gradient(x), "watched");
        tape.watch(x);
        tape.reset();
        refused(() -> tape.gradient(x), "watched");
        Tape inference = Tape.inference(COMPUTE);
        inference.watch(x);
        refused(() -> inference.backward(ArithmeticOps.affine(inference, Tensor.zeros(), 1, 0)), "watched");
    }

    private static void refused(Runnable call, String named) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(named), message);
    }
}
