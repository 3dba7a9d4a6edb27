package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.SoftmaxKernel;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Softmax and cross-entropy with vector lanes along a row; the last vector of a row is masked. */
public final class SimdSoftmax implements SoftmaxKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    // Rows are handed out in blocks of about this many elements, so that short rows do not pay for the hand-out.
    private static final int BLOCK = 1 << 14;

    @Override
    public void forward(Workers workers, int rows, int width, float[] x, int xOffset, float[] y, int yOffset) {
        int block = rowsOfBlock(width);
        workers.run((rows + block - 1) / block, task -> {
            int end = Math.min(rows, (task + 1) * block);
            for (int row = task * block; row < end; row++) {
                int to = yOffset + row * width;
                float sum = exponentials(width, x, xOffset + row * width, y, to);
                scale(width, 1f / sum, y, to);
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
                double max = max(width, x, from);
                float sum = exponentials(width, x, from, dx, to);
                losses[row] = (float) (max - targetScore + Math.log(sum));
                scale(width, 1f / sum, dx, to);
                dx[to + target] -= 1f;
            }
        });
    }

    private static int rowsOfBlock(int width) {
        return Math.max(1, BLOCK / width);
    }

    private static float max(int width, float[] x, int offset) {
        FloatVector max = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i + LANES <= width; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, x, offset + i);
            max = max.blend(v, v.compare(VectorOperators.GT, max));
        }
        float highest = max.reduceLanes(VectorOperators.MAX);
        for (; i < width; i++) {
            highest = Math.max(highest, x[offset + i]);
        }
        return highest;
    }

    /** y = exp(x − max); returns the sum. */
    private static float exponentials(int width, float[] x, int xOffset, float[] y, int yOffset) {
        float max = max(width, x, xOffset);
        FloatVector sums = FloatVector.zero(SPECIES);
        // One loop with a mask, not a loop and a remainder: C2 would make objects of the remainder's vectors.
        for (int i = 0; i < width; i += LANES) {
            VectorMask<Float> inside = SPECIES.indexInRange(i, width);
            FloatVector e = SimdExp.exp(
                    FloatVector.fromArray(SPECIES, x, xOffset + i, inside).sub(max));
            e.intoArray(y, yOffset + i, inside);
            sums = sums.add(e, inside);
        }
        return SimdSums.sumLanes(sums, new float[LANES]);
    }

    private static void scale(int width, float factor, float[] y, int offset) {
        for (int i = 0; i < width; i++) {
            y[offset + i] *= factor;
        }
    }

    private static void backwardRow(
            int width, float[] y, int yOffset, float[] dy, int dyOffset, float[] dx, int dxOffset) {
        FloatVector sums = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i + LANES <= width; i += LANES) {
            sums = FloatVector.fromArray(SPECIES, y, yOffset + i)
                    .fma(FloatVector.fromArray(SPECIES, dy, dyOffset + i), sums);
        }
        float dot = SimdSums.sumLanes(sums, new float[LANES]);
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
