package dev.mezzotint.engine.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.kernel.Kernels;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of every operation against finite differences, and what else must hold of every operation. */
class OpGradientTest {
    private static final double STEP = 1e-2;
    private static final double TOLERANCE = 1e-3;
    private static final Set<String> FUSED = Set.of("MatrixOps.linear", "MatrixOps.addLinear");
    private static final Workers ONE = Workers.of(1);
    private static final Workers THREE = Workers.of(3);

    static List<OpCase> cases() {
        return OpCases.all();
    }

    private static List<Kernels> kernels() {
        return List.of(KernelSelector.scalar(), KernelSelector.kernels());
    }

    @Test
    void noOperationIsForgotten() throws IOException, URISyntaxException, ClassNotFoundException {
        Set<String> tested =
                OpCases.all().stream().map(OpCase::operation).collect(Collectors.toCollection(TreeSet::new));
        assertEquals(operations(), tested);
    }

    /** Class and name of every operation of the package. */
    static Set<String> operations() throws IOException, URISyntaxException, ClassNotFoundException {
        Path folder = Path.of(Tape.class.getResource("Tape.class").toURI()).getParent();
        List<String> classes;
        try (Stream<Path> files = Files.list(folder)) {
            classes = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith("Ops.class"))
                    .map(name -> name.substring(0, name.length() - ".class".length()))
                    .toList();
        }
        Set<String> operations = new TreeSet<>();
        for (String name : classes) {
            for (Method method :
                    Class.forName(Tape.class.getPackageName() + "." + name).getDeclaredMethods()) {
                if (Modifier.isPublic(method.getModifiers()) && method.getReturnType() == Tensor.class) {
                    operations.add(name + "." + method.getName());
                }
            }
        }
        return operations;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientIsThatOfFiniteDifferences(OpCase operation) {
        List<float[]> expected = differences(operation);
        for (Kernels kernels : kernels()) {
            Tape tape = Tape.recording(new Compute(kernels, ONE));
            List<float[]> actual = gradients(tape, operation, all(operation), 1);
            for (int i = 0; i < expected.size(); i++) {
                double largest = Math.max(largest(expected.get(i)), 1e-2);
                for (int k = 0; k < expected.get(i).length; k++) {
                    double difference = Math.abs(expected.get(i)[k] - actual.get(i)[k]);
                    assertTrue(
                            difference <= TOLERANCE * largest,
                            kernels.name() + ", input " + i + ", element " + k + ": " + actual.get(i)[k]
                                    + " instead of " + expected.get(i)[k]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientDoesNotDependOnWhatElseIsWatchedNorOnThreads(OpCase operation) {
        for (Kernels kernels : kernels()) {
            List<float[]> all = gradients(Tape.recording(new Compute(kernels, ONE)), operation, all(operation), 1);
            for (int i = 0; i < all.size(); i++) {
                List<float[]> alone = gradients(Tape.recording(new Compute(kernels, THREE)), operation, List.of(i), 1);
                assertArrayEquals(all.get(i), alone.getFirst(), kernels.name() + ", input " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsOfTwoUsesAdd(OpCase operation) {
        for (Kernels kernels : kernels()) {
            Tape tape = Tape.recording(new Compute(kernels, ONE));
            List<float[]> once = gradients(tape, operation, all(operation), 1);
            tape.reset();
            List<float[]> twice = gradients(tape, operation, all(operation), 2);
            for (int i = 0; i < once.size(); i++) {
                float tolerance = (float) (1e-5 * Math.max(largest(twice.get(i)), 1e-2));
                float[] doubled = once.get(i).clone();
                for (int k = 0; k < doubled.length; k++) {
                    doubled[k] *= 2;
                }
                assertArrayEquals(doubled, twice.get(i), tolerance, kernels.name() + ", input " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inferenceGivesWhatRecordingGives(OpCase operation) {
        for (Kernels kernels : kernels()) {
            Tape tape = Tape.recording(new Compute(kernels, THREE));
            operation.inputs().forEach(tape::watch);
            float[] recorded =
                    operation.function().apply(tape, operation.inputs()).data();
            float[] inferred = operation.infer(new Compute(kernels, ONE));
            // Inference fuses what comes behind a product; all else is the same code.
            if (FUSED.contains(operation.operation())) {
                assertArrayEquals(recorded, inferred, (float) (2e-6 * largest(recorded)), kernels.name());
            } else {
                assertArrayEquals(recorded, inferred, kernels.name());
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void resultDoesNotDependOnWhatBuffersHeld(OpCase operation) {
        for (Kernels kernels : kernels()) {
            Compute compute = new Compute(kernels, ONE);
            float[] clean = operation.infer(compute);
            Tape inference = Tape.inference(compute);
            Tape recording = Tape.recording(compute);
            List<float[]> cleanGradients = gradients(recording, operation, all(operation), 1);
            operation.function().apply(inference, operation.inputs());
            inference.reset();
            recording.reset();
            Poison.fill(inference.workspace());
            assertTrue(Poison.fill(recording.workspace()) > 0);
            assertArrayEquals(
                    clean,
                    operation.function().apply(inference, operation.inputs()).data(),
                    kernels.name());
            List<float[]> gradients = gradients(recording, operation, all(operation), 1);
            for (int i = 0; i < gradients.size(); i++) {
                assertArrayEquals(cleanGradients.get(i), gradients.get(i), kernels.name() + ", input " + i);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalTurnsAllocateInTheFirstOnly(OpCase operation) {
        for (Kernels kernels : kernels()) {
            Tape tape = Tape.recording(new Compute(kernels, ONE));
            gradients(tape, operation, all(operation), 1);
            tape.reset();
            long first = tape.workspace().allocatedBytes();
            for (int turn = 0; turn < 3; turn++) {
                gradients(tape, operation, all(operation), 1);
                tape.reset();
            }
            assertEquals(first, tape.workspace().allocatedBytes(), kernels.name());
        }
    }

    private static List<Integer> all(OpCase operation) {
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < operation.inputs().size(); i++) {
            all.add(i);
        }
        return all;
    }

    /** Gradients of the weighted sum of the result, used some times over, by the watched inputs. */
    private static List<float[]> gradients(Tape tape, OpCase operation, List<Integer> watched, int uses) {
        watched.forEach(i -> tape.watch(operation.inputs().get(i)));
        Tensor loss = tape.allocate(Shape.of());
        loss.fill(0);
        for (int use = 0; use < uses; use++) {
            Tensor y = operation.function().apply(tape, operation.inputs());
            loss = ArithmeticOps.add(tape, WeightedSum.of(y.length()).on(tape, y), loss);
        }
        tape.backward(loss);
        return watched.stream()
                .map(i -> tape.gradient(operation.inputs().get(i)).data().clone())
                .toList();
    }

    /** Central differences, extrapolated to fourth order (Richardson 1911), with the scalar kernels. */
    private static List<float[]> differences(OpCase operation) {
        Compute compute = new Compute(KernelSelector.scalar(), ONE);
        WeightedSum sum = WeightedSum.of(operation.infer(compute).length);
        List<float[]> gradients = new ArrayList<>();
        for (Tensor input : operation.inputs()) {
            float[] gradient = new float[input.length()];
            for (int i = 0; i < gradient.length; i++) {
                double near = difference(operation, compute, sum, input.data(), i, STEP);
                double far = difference(operation, compute, sum, input.data(), i, 2 * STEP);
                gradient[i] = (float) ((4 * near - far) / 3);
            }
            gradients.add(gradient);
        }
        return gradients;
    }

    private static double difference(
            OpCase operation, Compute compute, WeightedSum sum, float[] values, int i, double step) {
        float value = values[i];
        float above = (float) (value + step);
        float below = (float) (value - step);
        values[i] = above;
        double up = sum.of(operation.infer(compute));
        values[i] = below;
        double down = sum.of(operation.infer(compute));
        values[i] = value;
        return (up - down) / ((double) above - below);
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    @Test
    void theTestNoticesAWrongFactor() {
        OpCase wrong = OpCase.of("wrong", "", List.of(Shape.of(3)), (tape, in) -> {
            Tensor x = in.getFirst();
            Tensor y = tape.allocate(x.shape());
            System.arraycopy(x.data(), 0, y.data(), 0, x.length());
            return tape.record(
                    y,
                    dy -> tape.addGradient(x, dx -> {
                        for (int i = 0; i < dx.length; i++) {
                            dx[i] = 1.005f * dy[i];
                        }
                    }),
                    x);
        });
        assertThrows(AssertionError.class, () -> gradientIsThatOfFiniteDifferences(wrong));
    }
}
