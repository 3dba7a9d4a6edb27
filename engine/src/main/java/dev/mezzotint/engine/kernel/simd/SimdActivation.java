package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.ActivationKernel;
import dev.mezzotint.engine.kernel.Blocks;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * The activations on vectors. SiLU and both approximations of GELU are one family, x · σ(slope · x · (1 + (bend · x)²)); GELU is
 * {@link ActivationLoops#geglu} of ones. What does not fill a vector is copied to one that it fills in part.
 */
public final class SimdActivation implements ActivationKernel {
    private static final int LANES = FloatVector.SPECIES_PREFERRED.length();

    private static final float QUICK_SLOPE = 1.702f;

    // (1 + tanh u) / 2 = σ(2u), 2u = 2 √(2/π) x (1 + 0.044715 x²).
    private static final float TANH_SLOPE = 1.5957691f;
    private static final float TANH_BEND = 0.2114592f;

    /** Elements that a loop with constant operands takes at a time; a multiple of any vector. */
    private static final int PIECE = 512;

    /** Mean, scale and shift of values that stay as they are; its ones are also what GELU gates. */
    private static final float[] IDENTITY = new float[3 * PIECE];

    static {
        Arrays.fill(IDENTITY, PIECE, 2 * PIECE, 1f);
    }

    /** Creates the kernel, which has no state. */
    public SimdActivation() {}

    @Override
    public void forward(
            Workers workers, Activation activation, int length, float[] x, int xOffset, float[] y, int yOffset) {
        Blocks.run(
                workers,
                length,
                Blocks.ELEMENTS,
                (from, to) -> forwardRange(activation, to - from, x, xOffset + from, y, yOffset + from));
    }

    @Override
    public void backward(
            Workers workers,
            Activation activation,
            int length,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset) {
        Blocks.run(
                workers,
                length,
                Blocks.ELEMENTS,
                (from, to) -> backwardRange(
                        activation, to - from, x, xOffset + from, dy, dyOffset + from, dx, dxOffset + from));
    }

    @Override
    public void geglu(Workers workers, int rows, int width, float[] x, int xOffset, float[] y, int yOffset) {
        int whole = width / LANES * LANES;
        int rest = width - whole;
        lastFirst(workers, rows, width, (from, to) -> {
            float[] tail = new float[2 * LANES];
            for (int r = from; r < to; r++) {
                int value = xOffset + 2 * r * width;
                int target = yOffset + r * width;
                ActivationLoops.geglu(whole, x, value + width, x, value, y, target);
                if (rest > 0) {
                    System.arraycopy(x, value + whole, tail, 0, rest);
                    System.arraycopy(x, value + width + whole, tail, LANES, rest);
                    ActivationLoops.geglu(LANES, tail, LANES, tail, 0, tail, 0);
                    System.arraycopy(tail, 0, y, target + whole, rest);
                }
            }
        });
    }

    @Override
    public void gegluBackward(
            Workers workers,
            int rows,
            int width,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset,
            float[] y,
            int yOffset) {
        lastFirst(workers, rows, width, (from, to) -> {
            // Nothing else was read since the forward pass; values and gates in turn are no order that is read ahead.
            Scratch.ofThread().fetch(to - from, 2 * width, x, xOffset + 2 * from * width, 2 * width);
            float[] tail = new float[6 * LANES];
            for (int r = from; r < to; r++) {
                int value = xOffset + 2 * r * width;
                int gradient = dyOffset + r * width;
                int target = dxOffset + 2 * r * width;
                gegluBackwardRow(width, x, value, dy, gradient, dx, target, y, yOffset + r * width, tail);
            }
        });
    }

    /**
     * Blocks of rows from the last to the first. A feed-forward layer is the widest there is: what the product before wrote
     * last is still in the cache, and so is what the product behind reads first.
     */
    private static void lastFirst(Workers workers, int rows, int width, Blocks.Range body) {
        int size = Blocks.rows(width);
        int blocks = Blocks.count(rows, size);
        workers.run(blocks, task -> {
            int from = (blocks - 1 - task) * size;
            body.accept(from, Math.min(rows, from + size));
        });
    }

    /** One row: values, then gates, in x and in dx. */
    private static void gegluBackwardRow(
            int width,
            float[] x,
            int value,
            float[] dy,
            int gradient,
            float[] dx,
            int target,
            float[] y,
            int result,
            float[] tail) {
        int whole = width / LANES * LANES;
        int rest = width - whole;
        int gate = value + width;
        ActivationLoops.gegluBackward(
                whole, x, gate, x, value, dy, gradient, dx, target + width, dx, target, y, result);
        if (rest > 0) {
            int gates = LANES;
            int gradients = 2 * LANES;
            int dGates = 3 * LANES;
            int dValues = 4 * LANES;
            int results = 5 * LANES;
            System.arraycopy(x, value + whole, tail, 0, rest);
            System.arraycopy(x, gate + whole, tail, gates, rest);
            System.arraycopy(dy, gradient + whole, tail, gradients, rest);
            ActivationLoops.gegluBackward(
                    LANES, tail, gates, tail, 0, tail, gradients, tail, dGates, tail, dValues, tail, results);
            System.arraycopy(tail, dGates, dx, target + width + whole, rest);
            System.arraycopy(tail, dValues, dx, target + whole, rest);
            System.arraycopy(tail, results, y, result + whole, rest);
        }
    }

    /** y = activation(x) on the calling thread; y may be x. */
    static void forwardRange(Activation activation, int length, float[] x, int xOffset, float[] y, int yOffset) {
        int whole = length / LANES * LANES;
        forwardWhole(activation, whole, x, xOffset, y, yOffset);
        int rest = length - whole;
        if (rest > 0) {
            float[] tail = new float[LANES];
            System.arraycopy(x, xOffset + whole, tail, 0, rest);
            forwardWhole(activation, LANES, tail, 0, tail, 0);
            System.arraycopy(tail, 0, y, yOffset + whole, rest);
        }
    }

    /** dx = dy · activation′(x) on the calling thread; dx may be dy or x. */
    static void backwardRange(
            Activation activation,
            int length,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset) {
        int whole = length / LANES * LANES;
        backwardWhole(activation, whole, x, xOffset, dy, dyOffset, dx, dxOffset);
        int rest = length - whole;
        if (rest > 0) {
            float[] tail = new float[LANES];
            float[] gradient = new float[LANES];
            System.arraycopy(x, xOffset + whole, tail, 0, rest);
            System.arraycopy(dy, dyOffset + whole, gradient, 0, rest);
            backwardWhole(activation, LANES, tail, 0, gradient, 0, gradient, 0);
            System.arraycopy(gradient, 0, dx, dxOffset + whole, rest);
        }
    }

    private static void forwardWhole(
            Activation activation, int length, float[] x, int xOffset, float[] y, int yOffset) {
        switch (activation) {
            case NONE -> System.arraycopy(x, xOffset, y, yOffset, length);
            case RELU -> ActivationLoops.relu(length, x, xOffset, y, yOffset);
            case SILU, QUICK_GELU, GELU_TANH -> {
                for (int i = 0; i < length; i += PIECE) {
                    int piece = Math.min(PIECE, length - i);
                    gated(activation, piece, IDENTITY, 0, PIECE, x, xOffset + i, y, yOffset + i);
                }
            }
            case GELU -> {
                for (int i = 0; i < length; i += PIECE) {
                    int piece = Math.min(PIECE, length - i);
                    ActivationLoops.geglu(piece, x, xOffset + i, IDENTITY, PIECE, y, yOffset + i);
                }
            }
        }
    }

    /** Whether an activation is one of those that {@link #gated} takes. */
    static boolean isGated(Activation activation) {
        return switch (activation) {
            case SILU, QUICK_GELU, GELU_TANH -> true;
            case NONE, RELU, GELU -> false;
        };
    }

    /** As {@link ActivationLoops#gated}. */
    static void gated(
            Activation activation,
            int length,
            float[] coefficients,
            int first,
            int pitch,
            float[] x,
            int xOffset,
            float[] y,
            int yOffset) {
        float slope = slope(activation);
        float bend = bend(activation);
        ActivationLoops.gated(length, slope, bend, coefficients, first, pitch, x, xOffset, y, yOffset);
    }

    private static float slope(Activation activation) {
        return switch (activation) {
            case QUICK_GELU -> QUICK_SLOPE;
            case GELU_TANH -> TANH_SLOPE;
            case NONE, RELU, SILU, GELU -> 1;
        };
    }

    private static float bend(Activation activation) {
        return activation == Activation.GELU_TANH ? TANH_BEND : 0;
    }

    private static void backwardWhole(
            Activation activation,
            int length,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset) {
        switch (activation) {
            case NONE -> System.arraycopy(dy, dyOffset, dx, dxOffset, length);
            case RELU -> ActivationLoops.reluBackward(length, x, xOffset, dy, dyOffset, dx, dxOffset);
            case SILU, QUICK_GELU, GELU_TANH -> {
                float slope = slope(activation);
                float bend = bend(activation);
                ActivationLoops.gatedBackward(length, slope, bend, x, xOffset, dy, dyOffset, dx, dxOffset);
            }
            case GELU -> {
                float[] unused = new float[Math.min(PIECE, length)];
                for (int i = 0; i < length; i += PIECE) {
                    int piece = Math.min(PIECE, length - i);
                    int at = dxOffset + i;
                    ActivationLoops.gegluBackward(
                            piece, x, xOffset + i, IDENTITY, PIECE, dy, dyOffset + i, dx, at, unused, 0, unused, 0);
                }
            }
        }
    }
}
