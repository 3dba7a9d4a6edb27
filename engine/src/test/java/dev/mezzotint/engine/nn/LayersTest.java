package dev.mezzotint.engine.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.autograd.ArithmeticOps;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.LossOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class LayersTest {
    private static final Workers WORKERS = Workers.of(1);
    private static final Compute SCALAR = new Compute(KernelSelector.scalar(), WORKERS);

    private final Parameters parameters = Parameters.create();
    private final Tape tape = Tape.inference(SCALAR);

    private static Tensor random(int... sizes) {
        Tensor tensor = Tensor.zeros(sizes);
        new TorchGenerator(7).normal(tensor.data(), 0, tensor.length());
        return tensor;
    }

    @Test
    void everyLayerRefusesInputsThatDoNotFit() {
        Conv2d conv = new Conv2d(parameters.child("conv"), 3, 5, 3, 1, 1);
        Linear linear = new Linear(parameters.child("linear"), 3, 5, true);
        GroupNorm groupNorm = new GroupNorm(parameters.child("group"), 2, 6, 1e-5);
        LayerNorm layerNorm = new LayerNorm(parameters.child("layer"), 6, 1e-5);
        Embedding embedding = new Embedding(parameters.child("embedding"), 4, 3, 1);
        MultiHeadAttention attention = new MultiHeadAttention(
                parameters.child("attention"), MultiHeadAttention.Names.DIFFUSERS, 6, 4, 6, 2, false);
        refused(() -> conv.forward(tape, random(1, 4, 4, 2)), "1×4×4×2");
        refused(() -> conv.forward(tape, random(4, 4, 3)), "4×4×3");
        refused(() -> linear.forward(tape, random(2, 4)), "2×4");
        refused(() -> groupNorm.forward(tape, random(2, 5), Activation.NONE), "2×5");
        refused(() -> groupNorm.forward(tape, random(2, 8), Activation.NONE), "2×8");
        refused(() -> layerNorm.forward(tape, random(2, 5)), "2×5");
        refused(() -> embedding.forward(tape, new int[] {4}), "4");
        refused(() -> attention.forward(tape, random(1, 2, 5), random(1, 2, 4), false), "1×2×5");
        refused(() -> attention.forward(tape, random(1, 2, 6), random(1, 2, 6), false), "1×2×6");
        refused(() -> attention.forward(tape, random(2, 2, 6), random(1, 2, 4), false), "2×2×6");
        refused(() -> new GroupNorm(Parameters.create(), 4, 6, 1e-5), "6 channels");
        refused(
                () -> new MultiHeadAttention(Parameters.create(), MultiHeadAttention.Names.CLIP, 6, 6, 6, 4, true),
                "4 heads");
    }

    private static void refused(Runnable call, String named) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(named), message);
        assertFalse(message.contains("\n"), message);
    }

    @Test
    void namesAreThoseOfPyTorch() {
        new MultiHeadAttention(parameters.child("attn1"), MultiHeadAttention.Names.DIFFUSERS, 6, 4, 6, 2, false);
        new Conv2d(parameters.child("conv_in"), 3, 5, 3, 1, 1);
        assertEquals(
                List.of(
                        "attn1.to_q.weight",
                        "attn1.to_k.weight",
                        "attn1.to_v.weight",
                        "attn1.to_out.0.weight",
                        "attn1.to_out.0.bias",
                        "conv_in.weight",
                        "conv_in.bias"),
                parameters.list().stream().map(Parameter::name).toList());
    }

    @Test
    void aChangedWeightIsPackedAgain() {
        Linear linear = new Linear(parameters, 3, 5, true);
        Conv2d conv = new Conv2d(parameters.child("conv"), 3, 5, 3, 1, 1);
        Tensor x = random(1, 4, 4, 3);
        parameters.initialize(new TorchGenerator(1));
        linear.forward(tape, x);
        conv.forward(tape, x);
        parameters.initialize(new TorchGenerator(2));
        Parameters fresh = Parameters.create();
        Linear freshLinear = new Linear(fresh, 3, 5, true);
        Conv2d freshConv = new Conv2d(fresh.child("conv"), 3, 5, 3, 1, 1);
        fresh.initialize(new TorchGenerator(2));
        assertArrayEquals(
                freshLinear.forward(tape, x).data(), linear.forward(tape, x).data());
        assertArrayEquals(
                freshConv.forward(tape, x).data(), conv.forward(tape, x).data());
    }

    @Test
    void otherKernelsGetTheirOwnPacking() {
        Linear linear = new Linear(parameters, 19, 21, true);
        parameters.initialize(new TorchGenerator(1));
        Tensor x = random(5, 19);
        float[] scalar = linear.forward(tape, x).data().clone();
        float[] best = linear.forward(Tape.inference(new Compute(KernelSelector.kernels(), WORKERS)), x)
                .data();
        assertArrayEquals(scalar, best, 1e-5f);
        assertArrayEquals(scalar, linear.forward(tape, x).data());
    }

    @Test
    void frozenParametersGetNoGradientAndDisturbNoOther() {
        Linear first = new Linear(parameters.child("first"), 3, 5, true);
        Linear second = new Linear(parameters.child("second"), 5, 2, true);
        parameters.initialize(new TorchGenerator(1));
        Map<String, float[]> all = gradients(first, second);
        for (Parameter parameter : parameters.list()) {
            if (parameter.name().startsWith("second")) {
                parameter.setTrainable(false);
            }
        }
        parameters.clearGradients();
        Map<String, float[]> some = gradients(first, second);
        for (String name : all.keySet()) {
            float[] expected = name.startsWith("second") ? new float[all.get(name).length] : all.get(name);
            assertArrayEquals(expected, some.get(name), name);
        }
        assertTrue(all.values().stream().allMatch(LayersTest::hasValues));
    }

    private static boolean hasValues(float[] gradient) {
        for (float value : gradient) {
            if (value != 0) {
                return true;
            }
        }
        return false;
    }

    private Map<String, float[]> gradients(Linear first, Linear second) {
        Tape recording = Tape.recording(SCALAR);
        Tensor y = second.forward(recording, first.forward(recording, random(4, 3), Activation.SILU));
        float[] weights = {0.25f, 0.25f, 0.25f, 0.25f};
        recording.backward(LossOps.squaredError(recording, y, random(4, 2), weights));
        return new TreeMap<>(parameters.list().stream()
                .collect(Collectors.toMap(
                        Parameter::name,
                        parameter -> parameter.gradient().data().clone())));
    }

    @Test
    void aKeptContextIsReadOnce() {
        MultiHeadAttention attention =
                new MultiHeadAttention(parameters, MultiHeadAttention.Names.DIFFUSERS, 6, 4, 6, 2, false);
        parameters.initialize(new TorchGenerator(1));
        Tensor x = random(1, 5, 6);
        Tensor y = random(1, 5, 6);
        Tensor context = random(1, 3, 4);
        float[] sum = ArithmeticOps.add(tape, y, attention.forward(tape, x, context, false))
                .data();
        AttentionContext kept = AttentionContext.kept(context);
        for (int pass = 0; pass < 2; pass++) {
            assertArrayEquals(sum, attention.addTo(tape, y, x, kept).data(), 1e-6f);
            // What is kept must not need the context, nor live in buffers that are used again.
            context.fill(Float.NaN);
            for (int i = 0; i < 4; i++) {
                tape.allocate(Shape.of(3 * 6)).fill(Float.NaN);
            }
        }
    }

    @Test
    void inferenceReturnsAllBuffersButTheResult() {
        MultiHeadAttention attention =
                new MultiHeadAttention(parameters, MultiHeadAttention.Names.DIFFUSERS, 6, 6, 6, 2, true);
        parameters.initialize(new TorchGenerator(1));
        Tensor x = random(2, 3, 6);
        long first = 0;
        for (int turn = 0; turn < 3; turn++) {
            attention.forward(tape, x, x, true);
            tape.reset();
            if (turn == 0) {
                first = tape.workspace().allocatedBytes();
            }
        }
        assertEquals(first, tape.workspace().allocatedBytes());
        assertEquals(
                Set.of(true),
                parameters.list().stream().map(Parameter::isTrainable).collect(Collectors.toSet()));
    }
}
