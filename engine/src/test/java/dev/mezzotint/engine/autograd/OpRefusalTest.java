package dev.mezzotint.engine.autograd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation refuses shapes that do not fit with one sentence that names it and them. */
class OpRefusalTest {
    private static final Tape TAPE = Tape.inference(new Compute(KernelSelector.scalar(), Workers.of(1)));

    /** Operations that take a tensor of any shape. */
    private static final Set<String> TAKE_ANYTHING = Set.of(
            "ArithmeticOps.affine",
            "PointwiseOps.activate",
            "PointwiseOps.exp",
            "PointwiseOps.normalizeRows",
            "PointwiseOps.softmax");

    private record Refusal(String operation, String shape, Runnable call) {
        @Override
        public String toString() {
            return operation + " " + shape;
        }
    }

    static List<Refusal> refusals() {
        List<Refusal> all = new ArrayList<>();
        arithmetic(all);
        products(all);
        norms(all);
        shapes(all);
        losses(all);
        return all;
    }

    private static Tensor t(int... sizes) {
        return Tensor.zeros(sizes);
    }

    private static void arithmetic(List<Refusal> all) {
        record Pair(Tensor a, Tensor b, String shape) {}
        for (Pair pair : List.of(
                new Pair(t(2, 3), t(2), "2×3"),
                new Pair(t(2, 3), t(1, 2, 3), "1×2×3"),
                new Pair(t(2, 3, 4), t(2, 4), "2×4"),
                new Pair(t(2, 3, 4), t(2, 3, 1), "2×3×1"),
                new Pair(t(2, 3, 4), t(3, 1, 4), "3×1×4"),
                new Pair(t(3), t(2, 3), "2×3"),
                new Pair(t(), t(2), "scalar"))) {
            all.add(new Refusal("ArithmeticOps.add", pair.shape(), () -> ArithmeticOps.add(TAPE, pair.a(), pair.b())));
            all.add(new Refusal(
                    "ArithmeticOps.addInPlace",
                    pair.shape(),
                    () -> ArithmeticOps.addInPlace(TAPE, pair.a(), pair.b())));
            all.add(new Refusal(
                    "ArithmeticOps.subtract", pair.shape(), () -> ArithmeticOps.subtract(TAPE, pair.a(), pair.b())));
            all.add(new Refusal(
                    "ArithmeticOps.multiply", pair.shape(), () -> ArithmeticOps.multiply(TAPE, pair.a(), pair.b())));
        }
    }

    private static void products(List<Refusal> all) {
        float[] packed = new float[4096];
        all.add(linear("2×4", t(2, 4), t(5, 3), Optional.empty(), packed));
        all.add(linear("scalar", t(), t(5, 1), Optional.empty(), packed));
        all.add(linear("5×3×1", t(2, 3), t(5, 3, 1), Optional.empty(), packed));
        all.add(linear("bias 4", t(2, 3), t(5, 3), Optional.of(t(4)), packed));
        all.add(addLinear("2×4", t(2, 5), t(2, 4), packed));
        all.add(addLinear("2×4", t(2, 4), t(2, 3), packed));
        all.add(addLinear("1×5", t(1, 5), t(2, 3), packed));
        all.add(new Refusal(
                "MatrixOps.matmulTransposed", "2×4", () -> MatrixOps.matmulTransposed(TAPE, t(2, 4), t(5, 3))));
        all.add(new Refusal(
                "MatrixOps.matmulTransposed", "1×2×4", () -> MatrixOps.matmulTransposed(TAPE, t(1, 2, 4), t(5, 4))));

        LinearMap expand = new LinearMap(t(6, 3), new PackedOperand.Floats(packed), t(6));
        LinearMap contract = new LinearMap(t(5, 3), new PackedOperand.Floats(packed), t(5));
        LinearMap odd = new LinearMap(t(5, 4), new PackedOperand.Floats(packed), t(5));
        LinearMap biased = new LinearMap(t(5, 3), new PackedOperand.Floats(packed), t(4));
        all.add(addGeglu("2×4", t(2, 5), t(2, 4), expand, contract));
        all.add(addGeglu("4×5", t(4, 5), t(2, 3), expand, contract));
        all.add(addGeglu("5×4", t(2, 5), t(2, 3), expand, odd));
        all.add(addGeglu("5×3", t(2, 5), t(2, 3), expand, biased));

        ConvGeometry g = ConvGeometry.square(2, 4, 5, 3, 7, 3, 1, 1);
        all.add(conv("2×4×5×4", g, t(2, 4, 5, 4), t(7, 3, 3, 3), Optional.empty(), packed));
        all.add(conv("2×5×4×3", g, t(2, 5, 4, 3), t(7, 3, 3, 3), Optional.empty(), packed));
        all.add(conv("120", g, t(120), t(7, 3, 3, 3), Optional.empty(), packed));
        all.add(conv("7×3×3×4", g, t(2, 4, 5, 3), t(7, 3, 3, 4), Optional.empty(), packed));
        all.add(conv("got 6", g, t(2, 4, 5, 3), t(7, 3, 3, 3), Optional.of(t(6)), packed));

        record Three(Tensor q, Tensor k, Tensor v, int heads, String shape) {}
        for (Three three : List.of(
                new Three(t(2, 3, 8), t(2, 5, 8), t(2, 4, 8), 2, "2×4×8"),
                new Three(t(2, 3, 8), t(1, 5, 8), t(1, 5, 8), 2, "1×5×8"),
                new Three(t(2, 3, 8), t(2, 5, 6), t(2, 5, 6), 2, "2×5×6"),
                new Three(t(2, 3, 8), t(2, 5, 8), t(2, 5, 8), 3, "3 heads"),
                new Three(t(2, 3, 8), t(2, 5, 8), t(2, 5, 8), 0, "0 heads"),
                new Three(t(3, 8), t(3, 8), t(3, 8), 2, "3×8"),
                new Three(t(2, 3, 8), t(8), t(8), 2, "keys 8"))) {
            all.add(new Refusal(
                    "AttentionOps.attention",
                    three.shape(),
                    () -> AttentionOps.attention(TAPE, three.q(), three.k(), three.v(), three.heads(), false)));
        }
    }

    private static Refusal linear(String shape, Tensor x, Tensor weight, Optional<Tensor> bias, float[] packed) {
        PackedOperand operand = new PackedOperand.Floats(packed);
        return new Refusal(
                "MatrixOps.linear", shape, () -> MatrixOps.linear(TAPE, x, weight, operand, bias, Activation.NONE));
    }

    private static Refusal addLinear(String shape, Tensor y, Tensor x, float[] packed) {
        PackedOperand operand = new PackedOperand.Floats(packed);
        return new Refusal(
                "MatrixOps.addLinear",
                shape,
                () -> MatrixOps.addLinear(TAPE, y, x, t(5, 3), operand, Optional.empty()));
    }

    private static Refusal addGeglu(String shape, Tensor y, Tensor x, LinearMap expand, LinearMap contract) {
        return new Refusal(
                "FeedForwardOps.addGeglu", shape, () -> FeedForwardOps.addGeglu(TAPE, y, x, expand, contract));
    }

    private static Refusal conv(
            String shape, ConvGeometry g, Tensor x, Tensor weight, Optional<Tensor> bias, float[] packed) {
        PackedOperand operand = new PackedOperand.Floats(packed);
        return new Refusal("ConvOps.conv2d", shape, () -> ConvOps.conv2d(TAPE, g, x, weight, operand, bias));
    }

    private static void norms(List<Refusal> all) {
        all.add(groupNorm("2×4×6", t(2, 4, 6), t(6), t(6), 4));
        all.add(groupNorm("0 groups", t(2, 4, 6), t(6), t(6), 0));
        all.add(groupNorm("6", t(6), t(6), t(6), 2));
        all.add(groupNorm("got 5", t(2, 4, 6), t(5), t(6), 2));
        all.add(groupNorm("and 5", t(2, 4, 6), t(6), t(5), 2));
        all.add(new Refusal(
                "NormOps.groupNormInPlace",
                "4 groups",
                () -> NormOps.groupNormInPlace(TAPE, t(2, 4, 6), t(6), t(6), 4, 1e-5f, Activation.NONE)));
        all.add(new Refusal(
                "NormOps.layerNorm", "got 5", () -> NormOps.layerNorm(TAPE, t(2, 4, 6), t(5), t(6), 1e-5f)));
        all.add(new Refusal(
                "NormOps.layerNorm", "and 5", () -> NormOps.layerNorm(TAPE, t(2, 4, 6), t(6), t(5), 1e-5f)));
    }

    private static Refusal groupNorm(String shape, Tensor x, Tensor gamma, Tensor beta, int groups) {
        return new Refusal(
                "NormOps.groupNorm",
                shape,
                () -> NormOps.groupNorm(TAPE, x, gamma, beta, groups, 1e-5f, Activation.NONE));
    }

    private static void shapes(List<Refusal> all) {
        all.add(new Refusal("PointwiseOps.geglu", "2×3", () -> PointwiseOps.geglu(TAPE, t(2, 3))));
        all.add(new Refusal("PointwiseOps.clamp", "2.0", () -> PointwiseOps.clamp(TAPE, t(2, 3), 2, 1)));
        all.add(new Refusal("ShapeOps.reshape", "2×3", () -> ShapeOps.reshape(TAPE, t(2, 3), 4, 2)));
        all.add(new Refusal("ShapeOps.concat", "2×4", () -> ShapeOps.concat(TAPE, t(2, 4), t(3, 5), 0)));
        all.add(new Refusal("ShapeOps.concat", "2×4", () -> ShapeOps.concat(TAPE, t(2, 4), t(2, 4), 2)));
        all.add(new Refusal("ShapeOps.concat", "2×4", () -> ShapeOps.concat(TAPE, t(2, 4), t(1, 2, 4), 0)));
        all.add(new Refusal("ShapeOps.slice", "2×4", () -> ShapeOps.slice(TAPE, t(2, 4), 1, 3, 2)));
        all.add(new Refusal("ShapeOps.slice", "2×4", () -> ShapeOps.slice(TAPE, t(2, 4), 1, -1, 2)));
        all.add(new Refusal("ShapeOps.slice", "2×4", () -> ShapeOps.slice(TAPE, t(2, 4), 1, 1, Integer.MAX_VALUE)));
        all.add(new Refusal("ShapeOps.slice", "2×4", () -> ShapeOps.slice(TAPE, t(2, 4), -3, 0, 1)));
        all.add(new Refusal("ShapeOps.repeat", "2×4", () -> ShapeOps.repeat(TAPE, t(2, 4), 3)));
        all.add(new Refusal("ShapeOps.repeat", "2×4", () -> ShapeOps.repeat(TAPE, t(2, 4), 0)));
        all.add(new Refusal("ResampleOps.upsample", "4×4×3", () -> ResampleOps.upsample(TAPE, t(4, 4, 3), 2)));
        all.add(new Refusal("ResampleOps.upsample", "1×4×4×3", () -> ResampleOps.upsample(TAPE, t(1, 4, 4, 3), 0)));
        all.add(new Refusal(
                "ResampleOps.averagePool", "1×4×5×3", () -> ResampleOps.averagePool(TAPE, t(1, 4, 5, 3), 2)));
        all.add(new Refusal("ResampleOps.averagePool", "4×4", () -> ResampleOps.averagePool(TAPE, t(4, 4), 2)));
        all.add(new Refusal(
                "ResampleOps.averagePool", "1×4×4×3", () -> ResampleOps.averagePool(TAPE, t(1, 4, 4, 3), 0)));
        all.add(new Refusal("ResampleOps.gather", "3×4", () -> ResampleOps.gather(TAPE, t(3, 4), new int[] {0, 3})));
        all.add(new Refusal("ResampleOps.gather", "3×4", () -> ResampleOps.gather(TAPE, t(3, 4), new int[] {-1})));
        all.add(new Refusal("ResampleOps.gather", "3×4", () -> ResampleOps.gather(TAPE, t(3, 4), new int[0])));
        all.add(new Refusal("ResampleOps.gather", "3×4×1", () -> ResampleOps.gather(TAPE, t(3, 4, 1), new int[] {0})));
    }

    private static void losses(List<Refusal> all) {
        float[] two = {0.5f, 0.5f};
        all.add(new Refusal("LossOps.squaredError", "2×4", () -> LossOps.squaredError(TAPE, t(2, 3), t(2, 4), two)));
        all.add(new Refusal("LossOps.squaredError", "3×2", () -> LossOps.squaredError(TAPE, t(3, 2), t(3, 2), two)));
        all.add(new Refusal(
                "LossOps.squaredError", "scalar", () -> LossOps.squaredError(TAPE, t(), t(), new float[] {1})));
        all.add(new Refusal("LossOps.absoluteError", "2×4", () -> LossOps.absoluteError(TAPE, t(2, 3), t(2, 4))));
        all.add(new Refusal("LossOps.klDivergence", "2×4", () -> LossOps.klDivergence(TAPE, t(2, 3), t(2, 4))));
        all.add(new Refusal("LossOps.klDivergence", "scalar", () -> LossOps.klDivergence(TAPE, t(), t())));
        all.add(new Refusal("LossOps.crossEntropy", "2×4", () -> LossOps.crossEntropy(TAPE, t(2, 4), new int[] {0})));
        all.add(new Refusal("LossOps.crossEntropy", "4", () -> LossOps.crossEntropy(TAPE, t(2, 4), new int[] {0, 4})));
        all.add(new Refusal(
                "LossOps.crossEntropy", "-2", () -> LossOps.crossEntropy(TAPE, t(2, 4), new int[] {0, -2})));
    }

    @Test
    void noOperationIsForgotten() throws IOException, URISyntaxException, ClassNotFoundException {
        Set<String> tested = new TreeSet<>(TAKE_ANYTHING);
        refusals().forEach(refusal -> tested.add(refusal.operation()));
        assertEquals(OpGradientTest.operations(), tested);
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void saysWhatDoesNotFit(Refusal refusal) {
        String message = assertThrows(
                        IllegalArgumentException.class, () -> refusal.call().run())
                .getMessage();
        String method = refusal.operation().substring(refusal.operation().indexOf('.') + 1);
        assertTrue(message.startsWith(method + ":"), message);
        assertTrue(message.contains(refusal.shape()), message);
        assertFalse(message.contains("\n"), message);
    }
}
