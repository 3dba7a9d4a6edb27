package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.SoftmaxKernel;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Softmax and cross-entropy with vector lanes along a row. The last vector of a row ends where the row does, and begins within
 * the one before; rows shorter than a vector are filled up with −∞.
 */
public final class SimdSoftmax implements SoftmaxKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);
    private static final int LANES = SPECIES.length();

    // Rows are handed out in blocks of about this many elements, so that short rows do not pay for the hand-out.
    private static final int BLOCK = 1 << 14;

    // Read from r on, this is 1 in the last r lanes.
    private static final float[] ZEROS_THEN_ONES = new float[2 * LANES];

    static {
        Arrays.fill(ZEROS_THEN_ONES, LANES, 2 * LANES, 1f);
    }

    /** A vector of each thread, for the last values of a row or all of a short one. */
    private static final ThreadLocal<float[]> LAST = ThreadLocal.withInitial(() -> new float[LANES]);

    @Override
    public void forward(Workers workers, int rows, int width, float[] x, int xOffset, float[] y, int yOffset) {
        int block = rowsOfBlock(width);
        workers.run((rows + block - 1) / block, task -> {
            float[] last = LAST.get();
            int end = Math.min(rows, (task + 1) * block);
            for (int row = task * block; row < end; row++) {
                int from = xOffset + row * width;
                softmax(width, max(width, x, from), x, from, y, yOffset + row * width, last);
            }
        });
    }

    @Override
    public void backward(
            Workers workers,
            int rows,
            int width,
            float[] y,
            int yOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset) {
        int block = rowsOfBlock(width);
        workers.run((rows + block - 1) / block, task -> {
            int end = Math.min(rows, (task + 1) * block);
            for (int row = task * block; row < end; row++) {
                int at = row * width;
                backwardRow(width, y, yOffset + at, dy, dyOffset + at, dx, dxOffset + at);
            }
        });
    }

    @Override
    public void crossEntropy(
            Workers workers,
            int rows,
            int width,
            float[] x,
            int xOffset,
            int[] targets,
            float[] losses,
            float[] dx,
            int dxOffset) {
        int block = rowsOfBlock(width);
        workers.run((rows + block - 1) / block, task -> {
            float[] last = LAST.get();
            int end = Math.min(rows, (task + 1) * block);
            for (int row = task * block; row < end; row++) {
                int from = xOffset + row * width;
                int to = dxOffset + row * width;
                int target = targets[row];
                if (target == -1) {
                    losses[row] = 0f;
                    Arrays.fill(dx, to, to + width, 0f);
                    continue;
                }
                if (target < 0 || target >= width) {
                    throw new IllegalArgumentException("cross-entropy: the target of row " + row + " is " + target
                            + "; it must be -1 or below the number of classes, " + width);
                }
                // Read first: dx may be x.
                double targetScore = x[from + target];
                float max = max(width, x, from);
                float sum = softmax(width, max, x, from, dx, to, last);
                losses[row] = (float) (max - targetScore + Math.log(sum));
                dx[to + target] -= 1f;
            }
        });
    }

    private static int rowsOfBlock(int width) {
        return Math.max(1, BLOCK / width);
    }

    private static float max(int width, float[] x, int offset) {
        if (width < LANES) {
            float highest = Float.NEGATIVE_INFINITY;
            for (int i = 0; i < width; i++) {
                highest = Math.max(highest, x[offset + i]);
            }
            return highest;
        }
        // As whole numbers, which are compared in one instruction.
        IntVector max = IntVector.broadcast(INTS, Integer.MIN_VALUE);
        for (int i = 0; i < width; i += LANES) {
            IntVector bits = FloatVector.fromArray(SPECIES, x, offset + Math.min(i, width - LANES))
                    .reinterpretAsInts();
            max = max.max(bits.lanewise(VectorOperators.ASHR, 31)
                    .lanewise(VectorOperators.LSHR, 1)
                    .lanewise(VectorOperators.XOR, bits));
        }
        int highest = max.reduceLanes(VectorOperators.MAX);
        return Float.intBitsToFloat(highest ^ highest >> 31 >>> 1);
    }

    /** y = softmax(x), a row whose highest value is {@code max}; returns the sum of exp(x − max). */
    private static float softmax(int width, float max, float[] x, int xOffset, float[] y, int yOffset, float[] last) {
        if (width >= LANES) {
            return wholeVectors(width, max, x, xOffset, y, yOffset, last);
        }
        Arrays.fill(last, Float.NEGATIVE_INFINITY);
        System.arraycopy(x, xOffset, last, 0, width);
        float sum = wholeVectors(LANES, max, last, 0, last, 0, last);
        System.arraycopy(last, 0, y, yOffset, width);
        return sum;
    }

    private static float wholeVectors(
            int width, float max, float[] x, int xOffset, float[] y, int yOffset, float[] last) {
        int rest = width % LANES;
        int end = width - LANES;
        // y may be x: the loop overwrites what the last vector begins with.
        FloatVector.fromArray(SPECIES, x, xOffset + end).intoArray(last, 0);
        FloatVector sums = FloatVector.zero(SPECIES);
        // The last vector in the same loop, not after it: C2 would make objects of a second call's vectors.
        for (int i = 0; i < width; i += LANES) {
            boolean whole = i <= end;
            FloatVector e = SimdExp.exp(FloatVector.fromArray(SPECIES, whole ? x : last, whole ? xOffset + i : 0)
                    .sub(max));
            e.intoArray(y, yOffset + Math.min(i, end));
            sums = e.fma(FloatVector.fromArray(SPECIES, ZEROS_THEN_ONES, whole ? LANES : rest), sums);
        }
        float sum = SimdSums.sumLanes(sums);
        FloatVector factor = FloatVector.broadcast(SPECIES, 1f / sum);
        FloatVector scaled = FloatVector.fromArray(SPECIES, y, yOffset + end).mul(factor);
        for (int i = 0; i < end; i += LANES) {
            FloatVector.fromArray(SPECIES, y, yOffset + i).mul(factor).intoArray(y, yOffset + i);
        }
        scaled.intoArray(y, yOffset + end);
        return sum;
    }

    private static void backwardRow(
            int width, float[] y, int yOffset, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        FloatVector sums = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i + LANES <= width; i += LANES) {
            sums = FloatVector.fromArray(SPECIES, y, yOffset + i)
                    .fma(FloatVector.fromArray(SPECIES, dy, dyOffset + i), sums);
        }
        float dot = SimdSums.sumLanes(sums);
        for (; i < width; i++) {
            dot = Math.fma(y[yOffset + i], dy[dyOffset + i], dot);
        }
        for (i = 0; i + LANES <= width; i += LANES) {
            FloatVector.fromArray(SPECIES, dy, dyOffset + i)
                    .sub(dot)
                    .mul(FloatVector.fromArray(SPECIES, y, yOffset + i))
                    .intoArray(dx, dxOffset + i);
        }
        for (; i < width; i++) {
            dx[dxOffset + i] = y[yOffset + i] * (dy[dyOffset + i] - dot);
        }
    }
}
