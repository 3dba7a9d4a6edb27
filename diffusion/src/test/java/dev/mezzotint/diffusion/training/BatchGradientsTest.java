package dev.mezzotint.diffusion.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchGradientsTest {
    private static final long BATCH = 3;

    /** The gradients that a task's parameters have, which are zeros afterwards. */
    private static List<float[]> take(TrainingTask task) {
        return task.parameters().stream()
                .map(Parameter::gradient)
                .map(gradient -> {
                    float[] values = gradient.data().clone();
                    gradient.fill(0);
                    return values;
                })
                .toList();
    }

    private static List<float[]> whole(TrainingTask task, long batch, double expectedLoss) {
        Tape tape = Tape.recording(new Compute(KernelSelector.kernels(), Workers.shared()));
        Tensor loss = task.loss(tape, batch);
        assertEquals(expectedLoss, loss.item(), 1e-5 * Math.abs(expectedLoss));
        tape.backward(loss);
        tape.reset();
        return take(task);
    }

    /** Checks that a task's parts have the loss and the gradients of the batch, and the same bits on any threads. */
    static void assertPartsAddUp(TrainingTask task, long batch, int parts) {
        assertEquals(parts, task.parts(batch).size());
        List<float[]> first = List.of();
        for (int threads : new int[] {1, 2, 3, 2 * parts}) {
            try (Workers workers = Workers.of(threads);
                    BatchGradients gradients = new BatchGradients(new Compute(KernelSelector.kernels(), workers))) {
                for (int turn = 0; turn < 2; turn++) {
                    double loss = gradients.add(task.parts(batch), 1);
                    List<float[]> sums = take(task);
                    if (first.isEmpty()) {
                        first = sums;
                        assertClose(task, whole(task, batch, loss), sums);
                    }
                    for (int i = 0; i < sums.size(); i++) {
                        String name = task.parameters().get(i).name();
                        assertArrayEquals(first.get(i), sums.get(i), threads + " threads, " + name);
                    }
                }
            }
        }
    }

    private static void assertClose(TrainingTask task, List<float[]> expected, List<float[]> actual) {
        double largest = 0;
        for (float[] values : expected) {
            for (float value : values) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        assertTrue(largest > 0);
        for (int i = 0; i < expected.size(); i++) {
            String name = task.parameters().get(i).name();
            assertArrayEquals(expected.get(i), actual.get(i), (float) (1e-5 * largest), name);
        }
    }

    @Test
    void partsHaveTheGradientsOfTheBatch() {
        assertPartsAddUp(new TinyTask(1), BATCH, 1);
        assertPartsAddUp(new TinyTask(2), BATCH, 1);
        assertPartsAddUp(new TinyTask(3), BATCH, 2);
        assertPartsAddUp(new TinyTask(7), BATCH, 4);
    }

    @Test
    void gradientsAreAddedToThoseThatAreThere() {
        TinyTask task = new TinyTask(5);
        try (Workers workers = Workers.of(2);
                BatchGradients gradients = new BatchGradients(new Compute(KernelSelector.kernels(), workers))) {
            double loss = gradients.add(task.parts(BATCH), 1);
            List<float[]> once = take(task);
            assertEquals(loss, gradients.add(task.parts(BATCH), 0.5f), "the loss is not multiplied");
            gradients.add(task.parts(BATCH), 0.5f);
            assertClose(task, once, take(task));
        }
    }

    @Test
    void whatAPartThrowsComesOut() {
        BatchPart broken = tape -> {
            throw new ArithmeticException("broken");
        };
        BatchPart sound = new TinyTask(2).parts(BATCH).getFirst();
        try (Workers workers = Workers.of(2);
                BatchGradients gradients = new BatchGradients(new Compute(KernelSelector.kernels(), workers))) {
            assertThrows(ArithmeticException.class, () -> gradients.add(List.of(sound, broken), 1));
        }
    }

    @Test
    void cutIsEvenAndLeavesNobodyOut() {
        for (int examples = 1; examples < 40; examples++) {
            int[] next = {0};
            int[] smallest = {examples};
            int count = examples;
            List<BatchPart> parts = BatchPart.cut(examples, 6, (from, to) -> {
                assertEquals(next[0], from);
                assertTrue(to - from >= 1 && to - from <= 6, from + " to " + to + " of " + count);
                smallest[0] = Math.min(smallest[0], to - from);
                next[0] = to;
                return tape -> Tensor.zeros(1);
            });
            assertEquals(examples, next[0]);
            assertEquals((examples + 5) / 6, parts.size());
            assertEquals(examples / parts.size(), smallest[0]);
        }
    }
}
