package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** All operations of the package, at sizes that no vector length divides. */
final class OpCases {
    /** Where an input moves values across RELU's kink, differences say nothing about its derivative. */
    private static final Set<Activation> SMOOTH = EnumSet.complementOf(EnumSet.of(Activation.RELU));

    private OpCases() {}

    static List<OpCase> all() {
        List<OpCase> cases = new ArrayList<>();
        arithmetic(cases);
        matrix(cases);
        convolution(cases);
        attention(cases);
        norms(cases);
        pointwise(cases);
        shapes(cases);
        resampling(cases);
        losses(cases);
        return cases;
    }

    private static Shape s(int... sizes) {
        return Shape.of(sizes);
    }

    private static void arithmetic(List<OpCase> cases) {
        record Form(String name, Shape a, Shape b) {}
        for (Form form : List.of(
                new Form("equal", s(3, 5, 7), s(3, 5, 7)),
                new Form("one value", s(3, 5, 7), s(1)),
                new Form("scalar", s(3, 5, 7), s()),
                new Form("bias", s(3, 5, 19), s(19)),
                new Form("last two", s(3, 5, 7), s(5, 7)),
                new Form("batch of one", s(1, 5, 7), s(5, 7)),
                new Form("time embedding", s(3, 2, 5, 19), s(3, 1, 1, 19)),
                new Form("time embedding, as wide as the batch", s(5, 3, 5, 5), s(5, 1, 1, 5)),
                new Form("factor for each example", s(3, 5, 7), s(3, 1, 1)),
                new Form("factor for each row", s(19, 21), s(19, 1)),
                new Form("one channel", s(3, 5, 1), s(3, 1, 1)))) {
            List<Shape> both = List.of(form.a(), form.b());
            cases.add(OpCase.of(
                    "ArithmeticOps.add", form.name(), both, (t, in) -> ArithmeticOps.add(t, in.get(0), in.get(1))));
            cases.add(OpCase.of(
                    "ArithmeticOps.addInPlace",
                    form.name(),
                    both,
                    (t, in) -> ArithmeticOps.addInPlace(t, in.get(0), in.get(1))));
            cases.add(OpCase.of(
                    "ArithmeticOps.subtract",
                    form.name(),
                    both,
                    (t, in) -> ArithmeticOps.subtract(t, in.get(0), in.get(1))));
            cases.add(OpCase.of(
                    "ArithmeticOps.multiply",
                    form.name(),
                    both,
                    (t, in) -> ArithmeticOps.multiply(t, in.get(0), in.get(1))));
        }
        List<Shape> one = List.of(s(3, 19));
        cases.add(OpCase.of(
                "ArithmeticOps.add", "of itself", one, (t, in) -> ArithmeticOps.add(t, in.get(0), in.get(0))));
        cases.add(OpCase.of(
                "ArithmeticOps.subtract",
                "of itself",
                one,
                (t, in) -> ArithmeticOps.subtract(t, in.get(0), in.get(0))));
        cases.add(OpCase.of(
                "ArithmeticOps.multiply", "square", one, (t, in) -> ArithmeticOps.multiply(t, in.get(0), in.get(0))));
        cases.add(
                OpCase.of("ArithmeticOps.affine", "", one, (t, in) -> ArithmeticOps.affine(t, in.get(0), -1.7f, 0.3f)));
    }

    private static void matrix(List<OpCase> cases) {
        for (Activation activation : SMOOTH) {
            cases.add(OpCase.of(
                    "MatrixOps.linear",
                    "with bias and " + activation,
                    List.of(s(3, 2, 19), s(21, 19), s(21)),
                    (t, in) -> linear(t, in.get(0), in.get(1), Optional.of(in.get(2)), activation)));
        }
        cases.add(OpCase.of(
                "MatrixOps.linear",
                "without bias",
                List.of(s(5, 7), s(9, 7)),
                (t, in) -> linear(t, in.get(0), in.get(1), Optional.empty(), Activation.NONE)));
        cases.add(OpCase.of(
                "MatrixOps.linear",
                "of its own weight",
                List.of(s(7, 7)),
                (t, in) -> linear(t, in.get(0), in.get(0), Optional.empty(), Activation.NONE)));
        cases.add(OpCase.of(
                "MatrixOps.addLinear",
                "with bias",
                List.of(s(3, 2, 21), s(3, 2, 19), s(21, 19), s(21)),
                (t, in) -> MatrixOps.addLinear(
                        t, in.get(0), in.get(1), in.get(2), packed(t, in.get(2)), Optional.of(in.get(3)))));
        cases.add(OpCase.of(
                "FeedForwardOps.addGeglu",
                "",
                List.of(s(3, 2, 7), s(3, 2, 5), s(18, 5), s(18), s(7, 9), s(7)),
                (t, in) -> FeedForwardOps.addGeglu(
                        t, in.get(0), in.get(1), map(t, in.get(2), in.get(3)), map(t, in.get(4), in.get(5)))));
        cases.add(OpCase.of(
                "FeedForwardOps.addGeglu",
                "of what it is added to",
                List.of(s(6, 5), s(18, 5), s(18), s(5, 9), s(5)),
                (t, in) -> FeedForwardOps.addGeglu(
                        t, in.get(0), in.get(0), map(t, in.get(1), in.get(2)), map(t, in.get(3), in.get(4)))));
        cases.add(OpCase.of(
                "MatrixOps.matmulTransposed",
                "",
                List.of(s(5, 19), s(21, 19)),
                (t, in) -> MatrixOps.matmulTransposed(t, in.get(0), in.get(1))));
        cases.add(OpCase.of(
                "MatrixOps.matmulTransposed",
                "with itself",
                List.of(s(5, 7)),
                (t, in) -> MatrixOps.matmulTransposed(t, in.get(0), in.get(0))));
    }

    private static Tensor linear(Tape tape, Tensor x, Tensor weight, Optional<Tensor> bias, Activation activation) {
        return MatrixOps.linear(tape, x, weight, packed(tape, weight), bias, activation);
    }

    private static LinearMap map(Tape tape, Tensor weight, Tensor bias) {
        return new LinearMap(weight, packed(tape, weight), bias);
    }

    private static PackedOperand packed(Tape tape, Tensor weight) {
        int out = weight.size(0);
        int depth = weight.length() / out;
        float[] packed = new float[tape.kernels().gemm().packedLength(depth, out)];
        tape.kernels().gemm().pack(tape.workers(), depth, out, weight.data(), 0, 1, depth, packed, 0);
        return new PackedOperand.Floats(packed);
    }

    private static void convolution(List<OpCase> cases) {
        record Form(String name, ConvGeometry geometry) {}
        for (Form form : List.of(
                new Form("3×3", ConvGeometry.square(2, 5, 7, 3, 19, 3, 1, 1)),
                new Form("3×3, wide", ConvGeometry.square(1, 3, 5, 21, 5, 3, 1, 1)),
                new Form("1×1", ConvGeometry.square(2, 3, 5, 7, 19, 1, 1, 0)),
                new Form("3×3, stride 2", ConvGeometry.square(2, 6, 7, 5, 9, 3, 2, 1)),
                new Form("3×3, stride 2, padded behind", new ConvGeometry(1, 6, 6, 5, 9, 3, 3, 2, 0, 0, 1, 1)),
                new Form("patches of 4", ConvGeometry.square(2, 8, 8, 3, 7, 4, 4, 0)),
                new Form("2×3, no padding", new ConvGeometry(1, 5, 6, 3, 5, 2, 3, 1, 0, 0, 0, 0)))) {
            ConvGeometry g = form.geometry();
            Shape x = s(g.batch(), g.height(), g.width(), g.inChannels());
            Shape w = s(g.outChannels(), g.kernelHeight(), g.kernelWidth(), g.inChannels());
            cases.add(OpCase.of(
                    "ConvOps.conv2d",
                    form.name(),
                    List.of(x, w, s(g.outChannels())),
                    (t, in) -> conv(t, g, in.get(0), in.get(1), Optional.of(in.get(2)))));
        }
        ConvGeometry g = ConvGeometry.square(1, 4, 5, 3, 7, 3, 1, 1);
        cases.add(OpCase.of(
                "ConvOps.conv2d",
                "without bias",
                List.of(s(1, 4, 5, 3), s(7, 3, 3, 3)),
                (t, in) -> conv(t, g, in.get(0), in.get(1), Optional.empty())));
    }

    private static Tensor conv(Tape tape, ConvGeometry g, Tensor x, Tensor weight, Optional<Tensor> bias) {
        float[] packed = new float[tape.kernels().gemm().packedLength(g.depth(), g.outChannels())];
        tape.kernels().conv().pack(tape.workers(), g, g.outChannels(), weight.data(), 0, packed, 0);
        return ConvOps.conv2d(tape, g, x, weight, new PackedOperand.Floats(packed), bias);
    }

    private static void attention(List<OpCase> cases) {
        cases.add(OpCase.of(
                "AttentionOps.attention",
                "across",
                List.of(s(2, 5, 34), s(2, 7, 34), s(2, 7, 34)),
                (t, in) -> AttentionOps.attention(t, in.get(0), in.get(1), in.get(2), 2, false)));
        cases.add(OpCase.of(
                "AttentionOps.attention",
                "causal",
                List.of(s(1, 9, 15), s(1, 9, 15), s(1, 9, 15)),
                (t, in) -> AttentionOps.attention(t, in.get(0), in.get(1), in.get(2), 3, true)));
        cases.add(OpCase.of(
                "AttentionOps.attention",
                "keys are values",
                List.of(s(1, 3, 5), s(1, 4, 5)),
                (t, in) -> AttentionOps.attention(t, in.get(0), in.get(1), in.get(1), 1, false)));
        cases.add(OpCase.of(
                "AttentionOps.attention",
                "of itself",
                List.of(s(2, 5, 6)),
                (t, in) -> AttentionOps.attention(t, in.get(0), in.get(0), in.get(0), 2, false)));
    }

    private static void norms(List<OpCase> cases) {
        for (Activation activation : SMOOTH) {
            cases.add(OpCase.of(
                    "NormOps.groupNorm",
                    "3 groups of 7 and " + activation,
                    List.of(s(2, 3, 5, 21), s(21), s(21)),
                    (t, in) -> NormOps.groupNorm(t, in.get(0), in.get(1), in.get(2), 3, 1e-5f, activation)));
        }
        cases.add(OpCase.of(
                "NormOps.groupNorm",
                "16 groups of 2",
                List.of(s(2, 5, 32), s(32), s(32)),
                (t, in) -> NormOps.groupNorm(t, in.get(0), in.get(1), in.get(2), 16, 1e-6f, Activation.SILU)));
        cases.add(OpCase.of(
                "NormOps.groupNormInPlace",
                "",
                List.of(s(2, 5, 6), s(6), s(6)),
                (t, in) -> NormOps.groupNormInPlace(t, in.get(0), in.get(1), in.get(2), 2, 1e-5f, Activation.SILU)));
        cases.add(OpCase.of(
                "NormOps.layerNorm",
                "",
                List.of(s(3, 2, 37), s(37), s(37)),
                (t, in) -> NormOps.layerNorm(t, in.get(0), in.get(1), in.get(2), 1e-5f)));
    }

    private static void pointwise(List<OpCase> cases) {
        List<Shape> x = List.of(s(3, 38));
        for (Activation activation : Activation.values()) {
            cases.add(OpCase.of(
                    "PointwiseOps.activate",
                    activation.name(),
                    x,
                    (t, in) -> PointwiseOps.activate(t, in.get(0), activation)));
        }
        cases.add(OpCase.of("PointwiseOps.geglu", "", x, (t, in) -> PointwiseOps.geglu(t, in.get(0))));
        cases.add(OpCase.of("PointwiseOps.softmax", "", x, (t, in) -> PointwiseOps.softmax(t, in.get(0))));
        cases.add(OpCase.of("PointwiseOps.exp", "", x, (t, in) -> PointwiseOps.exp(t, in.get(0))));
        cases.add(OpCase.of("PointwiseOps.normalizeRows", "", x, (t, in) -> PointwiseOps.normalizeRows(t, in.get(0))));
        // Differences must not straddle a bound.
        Tensor aside = Tensor.of(new float[] {-2, -1.2f, -0.8f, 0, 0.3f, 0.6f, 0.9f, 5}, 2, 4);
        cases.add(new OpCase(
                "PointwiseOps.clamp", "", List.of(aside), (t, in) -> PointwiseOps.clamp(t, in.get(0), -1, 0.75f)));
    }

    private static void shapes(List<OpCase> cases) {
        cases.add(OpCase.of(
                "ShapeOps.reshape", "", List.of(s(3, 5, 7)), (t, in) -> ShapeOps.reshape(t, in.get(0), 5, 21)));
        for (int d : new int[] {0, 1, 2, -1}) {
            int[] other = {3, 5, 7};
            other[d < 0 ? 3 + d : d] = 2;
            cases.add(OpCase.of(
                    "ShapeOps.concat",
                    "along " + d,
                    List.of(s(3, 5, 7), s(other)),
                    (t, in) -> ShapeOps.concat(t, in.get(0), in.get(1), d)));
            cases.add(OpCase.of(
                    "ShapeOps.slice",
                    "along " + d,
                    List.of(s(3, 5, 7)),
                    (t, in) -> ShapeOps.slice(t, in.get(0), d, 1, 2)));
        }
        cases.add(OpCase.of(
                "ShapeOps.concat",
                "with itself",
                List.of(s(2, 5)),
                (t, in) -> ShapeOps.concat(t, in.get(0), in.get(0), 1)));
        for (int times : new int[] {1, 3}) {
            cases.add(OpCase.of(
                    "ShapeOps.repeat",
                    "times " + times,
                    List.of(s(2, 5, 3)),
                    (t, in) -> ShapeOps.repeat(t, in.get(0), 2 * times)));
        }
        cases.add(OpCase.of(
                "ShapeOps.slice", "whole", List.of(s(2, 5)), (t, in) -> ShapeOps.slice(t, in.get(0), 1, 0, 5)));
    }

    private static void resampling(List<OpCase> cases) {
        List<Shape> image = List.of(s(2, 6, 6, 5));
        for (int factor : new int[] {1, 2, 3}) {
            cases.add(OpCase.of(
                    "ResampleOps.upsample",
                    "by " + factor,
                    List.of(s(2, 3, 2, 19)),
                    (t, in) -> ResampleOps.upsample(t, in.get(0), factor)));
            cases.add(OpCase.of(
                    "ResampleOps.averagePool",
                    "by " + factor,
                    image,
                    (t, in) -> ResampleOps.averagePool(t, in.get(0), factor)));
        }
        cases.add(OpCase.of(
                "ResampleOps.gather",
                "with repeated rows",
                List.of(s(5, 19)),
                (t, in) -> ResampleOps.gather(t, in.get(0), new int[] {4, 0, 2, 4, 4, 0})));
    }

    private static void losses(List<OpCase> cases) {
        Shape shape = s(3, 5, 7);
        Tensor target = OpCase.of("target", "", List.of(shape), (t, in) -> in.getFirst())
                .inputs()
                .getFirst();
        cases.add(OpCase.of(
                "LossOps.squaredError",
                "weighted",
                List.of(shape),
                (t, in) -> LossOps.squaredError(t, in.get(0), target, new float[] {0.2f, 1.5f, 0.7f})));
        // Far enough from the target for differences not to straddle the kink.
        Tensor aside = target.copy();
        for (int i = 0; i < aside.length(); i++) {
            aside.data()[i] += i % 3 == 0 ? -0.5f : 0.25f;
        }
        cases.add(new OpCase(
                "LossOps.absoluteError", "", List.of(aside), (t, in) -> LossOps.absoluteError(t, in.get(0), target)));
        cases.add(OpCase.of(
                "LossOps.klDivergence",
                "",
                List.of(shape, shape),
                (t, in) -> LossOps.klDivergence(t, in.get(0), in.get(1))));
        cases.add(OpCase.of(
                "LossOps.crossEntropy",
                "with an ignored row",
                List.of(s(2, 3, 19)),
                (t, in) -> LossOps.crossEntropy(t, in.get(0), new int[] {18, -1, 0, 5, 5, 7})));
    }
}
