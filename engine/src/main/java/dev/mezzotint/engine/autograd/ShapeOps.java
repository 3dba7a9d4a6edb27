package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.ElementwiseKernel;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;

/** Operations that move elements and compute nothing. */
public final class ShapeOps {
    private ShapeOps() {}

    /** The same elements in another shape; no copy. */
    public static Tensor reshape(Tape tape, Tensor x, int... sizes) {
        Tensor y = x.reshape(sizes);
        return tape.record(y, dy -> tape.pass(x, dy), x);
    }

    /**
     * Two tensors one behind the other along a dimension (negative: from the innermost); all other sizes must be equal.
     */
    public static Tensor concat(Tape tape, Tensor a, Tensor b, int dimension) {
        int d = dimension("concat", a.shape(), dimension);
        if (a.shape().rank() != b.shape().rank()
                || !a.shape().with(d, 1).equals(b.shape().with(d, 1))) {
            throw new IllegalArgumentException("concat: " + a.shape() + " and " + b.shape()
                    + " do not fit along dimension " + d + "; all other sizes must be equal");
        }
        Tensor y = tape.allocate(a.shape().with(d, a.size(d) + b.size(d)));
        int outer = outer(a.shape(), d);
        int widthA = a.length() / outer;
        int widthB = b.length() / outer;
        int width = widthA + widthB;
        ElementwiseKernel kernel = tape.kernels().elementwise();
        kernel.copyRows(tape.workers(), outer, widthA, a.data(), 0, widthA, y.data(), 0, width, false);
        kernel.copyRows(tape.workers(), outer, widthB, b.data(), 0, widthB, y.data(), widthA, width, false);
        return tape.record(
                y,
                dy -> {
                    tape.addGradient(
                            a,
                            da -> kernel.copyRows(tape.workers(), outer, widthA, dy, 0, width, da, 0, widthA, false));
                    tape.addGradient(
                            b,
                            db -> kernel.copyRows(
                                    tape.workers(), outer, widthB, dy, widthA, width, db, 0, widthB, false));
                },
                a,
                b);
    }

    /**
     * x again and again along the first dimension, until that has a given size. x is used up: see {@link Tape#release}. If it
     * is that large already, the result is x.
     *
     * @param size a multiple of x's
     */
    public static Tensor repeat(Tape tape, Tensor x, int size) {
        if (size == x.size(0)) {
            return x;
        }
        if (size < 1 || size % x.size(0) != 0) {
            throw new IllegalArgumentException("repeat: the first dimension of " + x.shape() + " cannot become " + size
                    + ", which is not a multiple of it");
        }
        int times = size / x.size(0);
        int length = x.length();
        Tensor y = tape.allocate(x.shape().with(0, size));
        ElementwiseKernel kernel = tape.kernels().elementwise();
        kernel.copyRows(tape.workers(), times, length, x.data(), 0, 0, y.data(), 0, length, false);
        tape.release(x);
        return tape.record(
                y,
                dy -> tape.addGradient(x, dx -> {
                    System.arraycopy(dy, 0, dx, 0, length);
                    for (int i = 1; i < times; i++) {
                        kernel.axpy(tape.workers(), length, 1, dy, i * length, dx, 0);
                    }
                }),
                x);
    }

    /** Elements start to start + count − 1 along a dimension (negative: from the innermost). */
    public static Tensor slice(Tape tape, Tensor x, int dimension, int start, int count) {
        int d = dimension("slice", x.shape(), dimension);
        if (start < 0 || count < 1 || count > x.size(d) - start) {
            throw new IllegalArgumentException("slice: " + count + " elements from " + start
                    + " do not lie within size " + x.size(d) + " of dimension " + d + " of " + x.shape());
        }
        Tensor y = tape.allocate(x.shape().with(d, count));
        int outer = outer(x.shape(), d);
        int stride = x.length() / outer;
        int inner = stride / x.size(d);
        int width = count * inner;
        int offset = start * inner;
        ElementwiseKernel kernel = tape.kernels().elementwise();
        kernel.copyRows(tape.workers(), outer, width, x.data(), offset, stride, y.data(), 0, width, false);
        return tape.record(
                y,
                dy -> {
                    if (tape.needs(x)) {
                        kernel.copyRows(
                                tape.workers(), outer, width, dy, 0, width, tape.gradientSum(x), offset, stride, true);
                    }
                },
                x);
    }

    private static int dimension(String operation, Shape shape, int dimension) {
        int index = dimension < 0 ? shape.rank() + dimension : dimension;
        if (index < 0 || index >= shape.rank()) {
            throw new IllegalArgumentException(
                    operation + ": a tensor of shape " + shape + " has no dimension " + dimension);
        }
        return index;
    }

    private static int outer(Shape shape, int dimension) {
        int outer = 1;
        for (int d = 0; d < dimension; d++) {
            outer *= shape.size(d);
        }
        return outer;
    }
}
