package dev.mezzotint.engine.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
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
