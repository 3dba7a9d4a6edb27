package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.ActivationKernel;
import dev.mezzotint.engine.kernel.Blocks;
import dev.mezzotint.engine.parallel.Workers;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The activations on vectors, a loop for each: one loop with a switch inside is more than C2 inlines, and cost 5 to 30
 * times as much. For the same reason the tails are copied to full vectors instead of masked, and the derivative of GELU
 * is two loops.
 */
public final class SimdActivation implements ActivationKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /** Values of exp(−x²/2) that GELU's derivative keeps between its loops: 1 KiB, a multiple of any vector. */
    private static final int BELLS = 256;

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
        lastFirst(workers, rows, width, (from, to) -> {
            for (int r = from; r < to; r++) {
                int value = xOffset + 2 * r * width;
                int target = yOffset + r * width;
                int whole = SPECIES.loopBound(width);
                gatedGelu(whole, x, value + width, x, value, y, target);
                int rest = width - whole;
                forwardRange(Activation.GELU, rest, x, value + width + whole, y, target + whole);
                SimdElementwise.multiplyRange(rest, y, target + whole, x, value + whole, y, target + whole);
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
            float[] distribution = Scratch.ofThread().panel(2 * BELLS);
            // Nothing else was read since the forward pass; values and gates in turn are no order that is read ahead.
            Scratch.ofThread().fetch(to - from, 2 * width, x, xOffset + 2 * from * width, 2 * width);
            for (int r = from; r < to; r++) {
                int value = xOffset + 2 * r * width;
                int gradient = dyOffset + r * width;
                int target = dxOffset + 2 * r * width;
                gegluBackwardRow(width, x, value, dy, gradient, dx, target, y, yOffset + r * width, distribution);
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
            float[] distribution) {
        int whole = SPECIES.loopBound(width);
        for (int from = 0; from < whole; from += BELLS) {
            int piece = Math.min(BELLS, whole - from);
            int at = value + from;
            int to = target + from;
            gegluBackwardWhole(
                    piece, x, at, at + width, dy, gradient + from, dx, to, to + width, y, result + from, distribution);
        }
        int rest = width - whole;
        if (rest > 0) {
            float[] tail = new float[6 * LANES];
            System.arraycopy(x, value + whole, tail, 0, rest);
            System.arraycopy(x, value + width + whole, tail, LANES, rest);
            System.arraycopy(dy, gradient + whole, tail, 2 * LANES, rest);
            int behind = 5 * LANES;
            gegluBackwardWhole(
                    LANES, tail, 0, LANES, tail, 2 * LANES, tail, 3 * LANES, 4 * LANES, tail, behind, distribution);
            System.arraycopy(tail, 3 * LANES, dx, target + whole, rest);
            System.arraycopy(tail, 4 * LANES, dx, target + width + whole, rest);
            System.arraycopy(tail, behind, y, result + whole, rest);
        }
    }

    /** values · gelu(gates) and both its gradients; exp(−x²/2) and Φ(x), which all need, stand in between. */
    private static void gegluBackwardWhole(
            int length,
            float[] x,
            int values,
            int gates,
            float[] dy,
            int gradients,
            float[] dx,
            int valueGradients,
            int gateGradients,
            float[] y,
            int results,
            float[] distribution) {
        for (int i = 0; i < length; i += LANES) {
            SimdMath.bell(FloatVector.fromArray(SPECIES, x, gates + i)).intoArray(distribution, i);
        }
        for (int i = 0; i < length; i += LANES) {
            FloatVector bell = FloatVector.fromArray(SPECIES, distribution, i);
            SimdMath.normalCdf(FloatVector.fromArray(SPECIES, x, gates + i), bell)
                    .intoArray(distribution, BELLS + i);
        }
        for (int i = 0; i < length; i += LANES) {
            FloatVector gate = FloatVector.fromArray(SPECIES, x, gates + i);
            FloatVector dOut = FloatVector.fromArray(SPECIES, dy, gradients + i);
            FloatVector bell = FloatVector.fromArray(SPECIES, distribution, i);
            FloatVector cdf = FloatVector.fromArray(SPECIES, distribution, BELLS + i);
            FloatVector slope = gate.mul(bell).lanewise(VectorOperators.FMA, SimdMath.INVERSE_SQRT_TWO_PI, cdf);
            FloatVector value = FloatVector.fromArray(SPECIES, x, values + i);
            FloatVector gelu = gate.mul(cdf);
            gelu.mul(value).intoArray(y, results + i);
            gelu.mul(dOut).intoArray(dx, valueGradients + i);
            slope.mul(dOut).mul(value).intoArray(dx, gateGradients + i);
        }
    }

    /** y = activation(x) on the calling thread; y may be x. */
    static void forwardRange(Activation activation, int length, float[] x, int xOffset, float[] y, int yOffset) {
        int whole = SPECIES.loopBound(length);
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
        float[] bells = new float[activation == Activation.GELU ? BELLS : 0];
        backwardRange(activation, length, x, xOffset, dy, dyOffset, dx, dxOffset, bells);
    }

    private static void backwardRange(
            Activation activation,
            int length,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset,
            float[] bells) {
        int whole = SPECIES.loopBound(length);
        backwardWhole(activation, whole, x, xOffset, dy, dyOffset, dx, dxOffset, bells);
        int rest = length - whole;
        if (rest > 0) {
            float[] tail = new float[LANES];
            float[] gradient = new float[LANES];
            System.arraycopy(x, xOffset + whole, tail, 0, rest);
            System.arraycopy(dy, dyOffset + whole, gradient, 0, rest);
            backwardWhole(activation, LANES, tail, 0, gradient, 0, gradient, 0, bells);
            System.arraycopy(gradient, 0, dx, dxOffset + whole, rest);
        }
    }

    private static void forwardWhole(
            Activation activation, int length, float[] x, int xOffset, float[] y, int yOffset) {
        switch (activation) {
            case NONE -> System.arraycopy(x, xOffset, y, yOffset, length);
            case RELU -> relu(length, x, xOffset, y, yOffset);
            case SILU -> silu(length, x, xOffset, y, yOffset);
            case GELU -> gelu(length, x, xOffset, y, yOffset);
            case GELU_TANH -> geluTanh(length, x, xOffset, y, yOffset);
            case QUICK_GELU -> quickGelu(length, x, xOffset, y, yOffset);
        }
    }

    private static void backwardWhole(
            Activation activation,
            int length,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset,
            float[] bells) {
        switch (activation) {
            case NONE -> System.arraycopy(dy, dyOffset, dx, dxOffset, length);
            case RELU -> reluBackward(length, x, xOffset, dy, dyOffset, dx, dxOffset);
            case SILU -> siluBackward(length, x, xOffset, dy, dyOffset, dx, dxOffset);
            case GELU -> geluBackward(length, x, xOffset, dy, dyOffset, dx, dxOffset, bells);
            case GELU_TANH -> geluTanhBackward(length, x, xOffset, dy, dyOffset, dx, dxOffset);
            case QUICK_GELU -> quickGeluBackward(length, x, xOffset, dy, dyOffset, dx, dxOffset);
        }
    }

    private static void relu(int length, float[] x, int xOffset, float[] y, int yOffset) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector.fromArray(SPECIES, x, xOffset + i).max(0f).intoArray(y, yOffset + i);
        }
    }

    private static void silu(int length, float[] x, int xOffset, float[] y, int yOffset) {
        for (int i = 0; i < length; i += LANES) {
            SimdMath.silu(FloatVector.fromArray(SPECIES, x, xOffset + i)).intoArray(y, yOffset + i);
        }
    }

    private static void gelu(int length, float[] x, int xOffset, float[] y, int yOffset) {
        for (int i = 0; i < length; i += LANES) {
            SimdMath.gelu(FloatVector.fromArray(SPECIES, x, xOffset + i)).intoArray(y, yOffset + i);
        }
    }

    private static void gatedGelu(
            int length, float[] gate, int gateOffset, float[] x, int xOffset, float[] y, int yOffset) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector value = FloatVector.fromArray(SPECIES, x, xOffset + i);
            SimdMath.gelu(FloatVector.fromArray(SPECIES, gate, gateOffset + i))
                    .mul(value)
                    .intoArray(y, yOffset + i);
        }
    }

    private static void geluTanh(int length, float[] x, int xOffset, float[] y, int yOffset) {
        for (int i = 0; i < length; i += LANES) {
            SimdMath.geluTanh(FloatVector.fromArray(SPECIES, x, xOffset + i)).intoArray(y, yOffset + i);
        }
    }

    private static void quickGelu(int length, float[] x, int xOffset, float[] y, int yOffset) {
        for (int i = 0; i < length; i += LANES) {
            SimdMath.quickGelu(FloatVector.fromArray(SPECIES, x, xOffset + i)).intoArray(y, yOffset + i);
        }
    }

    private static void reluBackward(
            int length, float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        for (int i = 0; i < length; i += LANES) {
            VectorMask<Float> off =
                    FloatVector.fromArray(SPECIES, x, xOffset + i).compare(VectorOperators.LE, 0f);
            FloatVector.fromArray(SPECIES, dy, dyOffset + i).blend(0f, off).intoArray(dx, dxOffset + i);
        }
    }

    private static void siluBackward(
            int length, float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector slope = SimdMath.siluDerivative(FloatVector.fromArray(SPECIES, x, xOffset + i));
            slope.mul(FloatVector.fromArray(SPECIES, dy, dyOffset + i)).intoArray(dx, dxOffset + i);
        }
    }

    private static void geluTanhBackward(
            int length, float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector slope = SimdMath.geluTanhDerivative(FloatVector.fromArray(SPECIES, x, xOffset + i));
            slope.mul(FloatVector.fromArray(SPECIES, dy, dyOffset + i)).intoArray(dx, dxOffset + i);
        }
    }

    private static void quickGeluBackward(
            int length, float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector slope = SimdMath.quickGeluDerivative(FloatVector.fromArray(SPECIES, x, xOffset + i));
            slope.mul(FloatVector.fromArray(SPECIES, dy, dyOffset + i)).intoArray(dx, dxOffset + i);
        }
    }

    private static void geluBackward(
            int length, float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset, float[] bells) {
        for (int from = 0; from < length; from += BELLS) {
            int piece = Math.min(BELLS, length - from);
            for (int i = 0; i < piece; i += LANES) {
                SimdMath.bell(FloatVector.fromArray(SPECIES, x, xOffset + from + i))
                        .intoArray(bells, i);
            }
            scaleByGeluDerivative(piece, bells, x, xOffset + from, dy, dyOffset + from, dx, dxOffset + from);
        }
    }

    private static void scaleByGeluDerivative(
            int length, float[] bells, float[] x, int xOffset, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        for (int i = 0; i < length; i += LANES) {
            FloatVector bell = FloatVector.fromArray(SPECIES, bells, i);
            FloatVector slope = SimdMath.geluDerivative(FloatVector.fromArray(SPECIES, x, xOffset + i), bell);
            slope.mul(FloatVector.fromArray(SPECIES, dy, dyOffset + i)).intoArray(dx, dxOffset + i);
        }
    }
}
