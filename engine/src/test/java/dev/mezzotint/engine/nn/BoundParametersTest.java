package dev.mezzotint.engine.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.checkpoint.TensorFile;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.Kernels;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parameters that are read from a file when they are used. */
class BoundParametersTest {
    private static final int[] TOKENS = {3, 0, 6, 3};

    @TempDir
    private Path folder;

    /** One layer of each kind with a weight, at odd sizes. */
    private static final class Model {
        private final Parameters parameters = Parameters.create();
        private final Embedding embedding = new Embedding(parameters.child("tokens"), 7, 75, 1);
        private final Linear linear = new Linear(parameters.child("linear"), 75, 2 * 2 * 37, true);
        private final Conv2d conv = new Conv2d(parameters.child("conv"), 37, 131, 3, 1, 1);
        private final GroupNorm norm = new GroupNorm(parameters.child("norm"), 1, 131, 1e-5);
        private final Linear pointwise = new Linear(
                parameters.child("pointwise"), 131, 5, true, ParameterLayout.POINTWISE, Initializer.fanIn(131));

        float[] run(Tape tape) {
            Tensor x = linear.forward(tape, embedding.forward(tape, TOKENS));
            x = conv.forward(tape, x.reshape(TOKENS.length, 2, 2, 37));
            float[] y = pointwise
                    .forward(tape, norm.forward(tape, x, Activation.SILU))
                    .data()
                    .clone();
            tape.reset();
            return y;
        }

        Parameter parameter(String name) {
            return parameters.list().stream()
                    .filter(p -> p.name().equals(name))
                    .findAny()
                    .orElseThrow();
        }

        Stream<Parameter> weights() {
            return Stream.of("linear.weight", "conv.weight", "pointwise.weight").map(this::parameter);
        }
    }

    private Path write(DType dtype) throws IOException {
        Model model = new Model();
        model.parameters.initialize(new TorchGenerator(1));
        // The norm's and the biases' first values are constants, which would hide that they are mixed up.
        for (Parameter parameter : model.parameters.list()) {
            Initializer.normal(0.3).fill(parameter.value().data(), new TorchGenerator(2));
        }
        Path file = folder.resolve(dtype + ".safetensors");
        ParameterFiles.save(file, model.parameters, dtype, Map.of());
        return file;
    }

    private static Model bound(Path file) throws IOException {
        Model model = new Model();
        try (TensorFile tensors = SafetensorsFile.open(file)) {
            ParameterFiles.bind(tensors, model.parameters);
        }
        return model;
    }

    private static Tape tape(Kernels kernels, int threads) {
        return Tape.inference(new Compute(kernels, Workers.of(threads)));
    }

    @Test
    void boundAndLoadedParametersGiveTheSameBits() throws IOException {
        for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
            Path file = write(dtype);
            Model loaded = new Model();
            ParameterFiles.load(file, loaded.parameters);
            for (Kernels kernels : List.of(KernelSelector.scalar(), KernelSelector.kernels())) {
                float[] expected = loaded.run(tape(kernels, 1));
                for (int threads : new int[] {1, 3}) {
                    Model model = bound(file);
                    Tape tape = tape(kernels, threads);
                    for (int turn = 0; turn < 2; turn++) {
                        assertArrayEquals(
                                expected,
                                model.run(tape),
                                () -> dtype + ", " + kernels.name() + ", " + threads + " threads");
                    }
                    assertTrue(model.weights().allMatch(Parameter::isUnread), "no weight has values of its own");
                    assertTrue(model.parameter("tokens.weight").isUnread());
                }
                Tape recording = Tape.recording(new Compute(kernels, Workers.of(1)));
                assertArrayEquals(expected, bound(file).run(recording), () -> dtype + ", recording");
            }
        }
    }

    @Test
    void panelsAreKeptInTheFilesPrecision() throws IOException {
        Tape tape = tape(KernelSelector.kernels(), 1);
        for (Parameter weight : bound(write(DType.F16)).weights().toList()) {
            assertInstanceOf(PackedOperand.Halves.class, weight.packed(tape));
        }
        for (Parameter weight : bound(write(DType.BF16)).weights().toList()) {
            assertInstanceOf(PackedOperand.BrainHalves.class, weight.packed(tape));
        }
        for (Parameter weight : bound(write(DType.F32)).weights().toList()) {
            assertInstanceOf(PackedOperand.Floats.class, weight.packed(tape));
        }
    }

    @Test
    void panelsOfTheFilesBitsAreThoseOfItsValues() throws IOException {
        for (DType dtype : List.of(DType.F16, DType.BF16)) {
            Path file = write(dtype);
            for (Kernels kernels : List.of(KernelSelector.scalar(), KernelSelector.kernels())) {
                Tape tape = tape(kernels, 2);
                List<Parameter> bits = bound(file).weights().toList();
                List<Parameter> values = bound(file).weights().toList();
                for (int i = 0; i < bits.size(); i++) {
                    Counting.of(values.get(i)); // reads floats alone
                    assertArrayEquals(halves(packed(values.get(i), tape)), halves(packed(bits.get(i), tape)));
                }
            }
        }
    }

    /** As the layer packs it that it belongs to. */
    private static PackedOperand packed(Parameter weight, Tape tape) {
        Shape shape = weight.shape();
        return shape.rank() < 4
                ? weight.packed(tape)
                : weight.packed(tape, ConvGeometry.square(1, 8, 8, shape.size(3), shape.size(0), shape.size(1), 1, 1));
    }

    private static short[] halves(PackedOperand packed) {
        return switch (packed) {
            case PackedOperand.Halves(short[] halves) -> halves;
            case PackedOperand.BrainHalves(short[] halves) -> halves;
            case PackedOperand.Floats _ -> throw new AssertionError("the file holds halves");
        };
    }

    /** Counts how often a tensor is opened and the most rows that are asked for at once. */
    private record Counting(StoredTensor stored, AtomicInteger opened, AtomicInteger mostRows) implements StoredTensor {
        static Counting of(Parameter parameter) {
            Counting counting =
                    new Counting(parameter.source().orElseThrow(), new AtomicInteger(), new AtomicInteger());
            parameter.bind(counting);
            return counting;
        }

        @Override
        public String origin() {
            return stored.origin();
        }

        @Override
        public DType dtype() {
            return stored.dtype();
        }

        @Override
        public int[] shape() {
            return stored.shape();
        }

        @Override
        public Rows open() throws IOException {
            opened.incrementAndGet();
            Rows rows = stored.open();
            return new Rows() {
                @Override
                public void read(int from, int to, float[] target, int offset) {
                    mostRows.accumulateAndGet(to - from, Math::max);
                    rows.read(from, to, target, offset);
                }

                @Override
                public void close() {
                    rows.close();
                }
            };
        }
    }

    @Test
    void aWeightIsReadOnceAndInParts() throws IOException {
        Model model = bound(write(DType.F16));
        Counting conv = Counting.of(model.parameter("conv.weight"));
        Counting tokens = Counting.of(model.parameter("tokens.weight"));
        Tape tape = tape(KernelSelector.kernels(), 2);
        model.run(tape);
        model.run(tape);
        assertEquals(1, conv.opened().get());
        assertTrue(conv.mostRows().get() <= KernelSelector.kernels().gemm().packedColumns());
        assertEquals(1, tokens.mostRows().get(), "rows of a table that are asked for at once");
    }

    @Test
    void releasedParametersAreReadAgain() throws IOException {
        Path file = write(DType.F16);
        Model model = bound(file);
        Tape tape = tape(KernelSelector.kernels(), 1);
        float[] first = model.run(tape);
        Counting conv = Counting.of(model.parameter("conv.weight"));
        model.run(tape);
        float[] bias = model.parameter("conv.bias").value().data();
        model.parameters.release();
        assertTrue(model.parameters.list().stream().allMatch(Parameter::isUnread));
        assertArrayEquals(first, model.run(tape));
        assertEquals(2, conv.opened().get());
        assertFalse(bias == model.parameter("conv.bias").value().data());
    }

    @Test
    void releaseKeepsWhatNoFileHolds() {
        Model model = new Model();
        model.parameters.initialize(new TorchGenerator(3));
        Tape tape = tape(KernelSelector.kernels(), 1);
        float[] first = model.run(tape);
        model.parameters.release();
        assertArrayEquals(first, model.run(tape));
    }

    @Test
    void changedValuesAreNoLongerTheFiles() throws IOException {
        Model model = bound(write(DType.F16));
        Tape tape = tape(KernelSelector.kernels(), 1);
        float[] before = model.run(tape);
        Parameter weight = model.parameter("linear.weight");
        int version = weight.version();
        weight.value().data()[0] += 1;
        weight.changed();
        assertTrue(weight.version() > version);
        assertTrue(weight.source().isEmpty());
        float[] after = model.run(tape);
        assertNotEquals(before[0], after[0]);
        model.parameters.release();
        assertArrayEquals(after, model.run(tape));
    }

    @Test
    void loadedParametersNeedTheirFileNoMore() throws IOException {
        Path file = write(DType.F16);
        Model loaded = new Model();
        ParameterFiles.load(file, loaded.parameters);
        Model bound = bound(file);
        Files.delete(file);
        loaded.run(tape(KernelSelector.kernels(), 1));
        assertThrows(UncheckedIOException.class, () -> bound.run(tape(KernelSelector.kernels(), 1)));
    }

    @Test
    void aTensorOfAnotherModelIsRefusedAndNothingIsChanged() throws IOException {
        Path file = write(DType.F32);
        Model model = new Model();
        Parameter extra =
                model.parameters.declare("conv.extra", Shape.of(3), ParameterLayout.SAME, Initializer.constant(0));
        try (TensorFile tensors = SafetensorsFile.open(file)) {
            String missing = assertThrows(FormatException.class, () -> ParameterFiles.bind(tensors, model.parameters))
                    .getMessage();
            assertTrue(missing.contains("conv.extra") && missing.contains("missing"), missing);
            String shape = assertThrows(
                            FormatException.class,
                            () -> ParameterFiles.bind(
                                    tensors, model.parameters, name -> name.replace("conv.extra", "conv.bias")))
                    .getMessage();
            assertTrue(shape.contains("conv.bias") && shape.contains("[131]") && shape.contains("[3]"), shape);
            assertTrue(model.parameters.list().stream().allMatch(p -> p.source().isEmpty()));
            StoredTensor bias = tensors.tensor("conv.bias");
            assertThrows(IllegalArgumentException.class, () -> extra.bind(bias));
        }
    }

    @Test
    void countingNeedsNoValues() throws IOException {
        Model model = bound(write(DType.F16));
        long values = 7 * 75 + (75 + 1) * 148 + (9 * 37 + 1) * 131 + 2 * 131 + (131 + 1) * 5;
        assertEquals(values, model.parameters.count());
        assertTrue(model.parameters.list().stream().allMatch(Parameter::isUnread));
    }

    @Test
    void bytesAreThoseOfWhatInferenceKeeps() throws IOException {
        long packed = 75 * 148 + 9 * 37 * 131 + 131 * 5;
        long vectors = 148 + 131 + 2 * 131 + 5;
        long table = 7 * 75;
        Model fresh = new Model();
        assertEquals(8 * packed + 4 * (vectors + table), fresh.parameters.bytes());
        for (DType dtype : List.of(DType.F32, DType.F16, DType.BF16)) {
            long expected = dtype.bytes() * packed + 4 * vectors;
            assertEquals(expected, bound(write(dtype)).parameters.bytes());
            assertEquals(expected, fresh.parameters.bytesFrom(dtype));
        }
    }
}
