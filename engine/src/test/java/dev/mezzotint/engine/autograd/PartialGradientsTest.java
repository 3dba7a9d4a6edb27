package dev.mezzotint.engine.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartialGradientsTest {
    private static final Compute COMPUTE = new Compute(KernelSelector.kernels(), Workers.of(2));

    private final Tape tape = Tape.recording(COMPUTE);
    private final Tensor weight = Tensor.of(new float[] {2, 3}, 2);
    private final Tensor gradient = Tensor.zeros(2);

    /** Walks back from Σᵢ weightᵢ² · factor; the gradient is 2 · factor · weight. */
    private void walk(float factor) {
        tape.watch(weight, gradient);
        Tensor target = Tensor.zeros(2);
        tape.backward(LossOps.squaredError(tape, weight, target, new float[] {factor, factor}));
        tape.reset();
    }

    @Test
    void partsWaitUntilTheyAreAddedUp() {
        PartialGradients first = new PartialGradients();
        PartialGradients second = new PartialGradients();
        tape.collectIn(first);
        walk(1);
        tape.collectIn(second);
        walk(10);
        assertArrayEquals(new float[] {0, 0}, gradient.data());
        PartialGradients.addUp(COMPUTE, List.of(first, second));
        assertArrayEquals(new float[] {44, 66}, gradient.data());
    }

    @Test
    void aPartBeginsAnewWhenItWasAddedUp() {
        PartialGradients part = new PartialGradients();
        for (int turn = 1; turn <= 3; turn++) {
            tape.collectIn(part);
            walk(1);
            PartialGradients.addUp(COMPUTE, List.of(part, new PartialGradients()));
            assertArrayEquals(new float[] {4 * turn, 6 * turn}, gradient.data());
        }
    }

    @Test
    void resetEndsTheCollecting() {
        PartialGradients part = new PartialGradients();
        tape.collectIn(part);
        tape.reset();
        walk(1);
        assertArrayEquals(new float[] {4, 6}, gradient.data());
    }
}
