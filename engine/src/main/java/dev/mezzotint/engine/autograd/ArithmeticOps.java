package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.BinaryOp;
import dev.mezzotint.engine.kernel.BroadcastGeometry;
import dev.mezzotint.engine.kernel.ElementwiseKernel;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.Locale;

/** Sums, differences and products, element by element, with broadcasting of the second operand. */
public final class ArithmeticOps {
    private ArithmeticOps() {}

    /** a + b; b has a's shape, or is stretched over it as {@link #broadcast} says. */
    public static Tensor add(Tape tape, Tensor a, Tensor b) {
        return sum(tape, a, b, BinaryOp.ADD, 1);
    }

    /** a − b; b has a's shape, or is stretched over it as {@link #broadcast} says. */
    public static Tensor subtract(Tape tape, Tensor a, Tensor b) {
        return sum(tape, a, b, BinaryOp.SUBTRACT, -1);
    }

    /**
     * a + b in the place of a, which is used up: at inference its buffer holds the result, if the tape owns it.
     *
     * @see Tape#release
     */
    public static Tensor addInPlace(Tape tape, Tensor a, Tensor b) {
        BroadcastGeometry g = broadcast("addInPlace", a.shape(), b.shape());
        return tape.mayOverwrite(a) ? apply(tape, BinaryOp.ADD, g, a, b, a) : add(tape, a, b);
    }

    private static Tensor sum(Tape tape, Tensor a, Tensor b, BinaryOp op, float sign) {
        BroadcastGeometry g = broadcast(op.name().toLowerCase(Locale.ROOT), a.shape(), b.shape());
        Tensor y = apply(tape, op, g, a, b);
        return tape.record(
                y,
                dy -> {
                    if (sign == 1 && b.length() == a.length()) {
                        tape.pass(b, dy);
                    } else {
                        tape.addGradient(b, db -> {
                            reduceInto(tape, g, dy, db);
                            if (sign != 1) {
                                tape.kernels().elementwise().affine(tape.workers(), db.length, sign, 0, db, 0, db, 0);
                            }
                        });
                    }
                    tape.pass(a, dy);
                },
                a,
                b);
    }

    /** a · b; b has a's shape, or is stretched over it as {@link #broadcast} says. */
    public static Tensor multiply(Tape tape, Tensor a, Tensor b) {
        BroadcastGeometry g = broadcast("multiply", a.shape(), b.shape());
        Tensor y = apply(tape, BinaryOp.MULTIPLY, g, a, b);
        ElementwiseKernel kernel = tape.kernels().elementwise();
        return tape.record(
                y,
                dy -> {
                    tape.addGradient(b, db -> {
                        float[] product = tape.workspace().take(a.length());
                        kernel.binary(tape.workers(), BinaryOp.MULTIPLY, a.length(), dy, 0, a.data(), 0, product, 0);
                        reduceInto(tape, g, product, db);
                        tape.workspace().give(product);
                    });
                    tape.addGradient(
                            a, da -> kernel.broadcast(tape.workers(), BinaryOp.MULTIPLY, g, dy, 0, b.data(), 0, da, 0));
                },
                a,
                b);
    }

    /** scale · x + shift. */
    public static Tensor affine(Tape tape, Tensor x, float scale, float shift) {
        ElementwiseKernel kernel = tape.kernels().elementwise();
        Tensor y = tape.allocate(x.shape());
        kernel.affine(tape.workers(), x.length(), scale, shift, x.data(), 0, y.data(), 0);
        return tape.record(
                y,
                dy -> tape.addGradient(x, dx -> kernel.affine(tape.workers(), dx.length, scale, 0, dy, 0, dx, 0)),
                x);
    }

    /**
     * How b is stretched over a. b may have a's shape, one value, a's last sizes (a bias), or a's first and last size with
     * ones between (a value for each image and channel), or a's first size and ones (a factor for each example).
     *
     * @throws IllegalArgumentException if b is none of these
     */
    static BroadcastGeometry broadcast(String operation, Shape a, Shape b) {
        int length = a.length();
        int last = a.last();
        if (b.equals(a)) {
            return new BroadcastGeometry(1, 1, length, 0, 0, 1);
        }
        if (b.length() == 1) {
            return new BroadcastGeometry(1, 1, length, 0, 0, 0);
        }
        int trailing = trailing(a, b);
        if (trailing > 0) {
            return new BroadcastGeometry(1, length / trailing, trailing, 0, 0, 1);
        }
        // The ones must be written: (first, last) alone could as well be the last sizes, where an image is as wide as
        // the batch is large.
        if (b.rank() == a.rank() && b.size(0) == a.size(0) && b.length() == a.size(0) * last && b.last() == last) {
            return new BroadcastGeometry(a.size(0), length / a.size(0) / last, last, last, 0, 1);
        }
        if (b.rank() == a.rank() && b.size(0) == a.size(0) && b.length() == b.size(0)) {
            return new BroadcastGeometry(a.size(0), 1, length / a.size(0), 1, 0, 0);
        }
        throw new IllegalArgumentException(operation + ": " + b
                + " cannot be stretched over " + a
                + "; it must equal it, be its last sizes, (first, 1, …, last), (first, 1, …) or one value");
    }

    /** Product of b's sizes if they are the last sizes of a, else 0. */
    private static int trailing(Shape a, Shape b) {
        int offset = a.rank() - b.rank();
        if (offset < 0) {
            return 0;
        }
        for (int d = 0; d < b.rank(); d++) {
            if (a.size(offset + d) != b.size(d)) {
                return 0;
            }
        }
        return b.length();
    }

    private static Tensor apply(Tape tape, BinaryOp op, BroadcastGeometry g, Tensor a, Tensor b) {
        return apply(tape, op, g, a, b, tape.allocate(a.shape()));
    }

    private static Tensor apply(Tape tape, BinaryOp op, BroadcastGeometry g, Tensor a, Tensor b, Tensor y) {
        if (a.length() == b.length()) {
            tape.kernels().elementwise().binary(tape.workers(), op, a.length(), a.data(), 0, b.data(), 0, y.data(), 0);
        } else {
            tape.kernels().elementwise().broadcast(tape.workers(), op, g, a.data(), 0, b.data(), 0, y.data(), 0);
        }
        return y;
    }

    private static void reduceInto(Tape tape, BroadcastGeometry g, float[] dy, float[] db) {
        if (dy.length == db.length) {
            System.arraycopy(dy, 0, db, 0, db.length);
        } else {
            Arrays.fill(db, 0);
            tape.kernels().elementwise().reduce(tape.workers(), g, dy, 0, db, 0);
        }
    }
}
