package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.parallel.Workers;
import jdk.incubator.vector.FloatVector;

/**
 * The gradient of a linear map by its weights, dW[o, i] = Σ over rows of dy[row, o] · x[row, i]. The result is small and the
 * sum long, so the sum is cut into chunks, whose results are added in order: each row is then read once, by one thread.
 */
final class OuterProductPass {
    /** Tasks that are wanted, whatever the number of threads, since the cut decides the bits. */
    private static final int TASKS = 16;

    /** Panels of outputs in a task at most: their slice of dy stays in the second-level cache. */
    private static final int LARGEST_GROUP = 4;

    /** Rows in a chunk at least, so that adding the chunks up stays cheap. */
    private static final int FEWEST_ROWS = 512;

    /** Rows in a pass: a panel of x and one of dy stay in the first-level cache. */
    private static final int DEPTH = 96;

    private OuterProductPass() {}

    static void run(
            Workers workers,
            int rows,
            int inputs,
            int outputs,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dw,
            int dwOffset,
            boolean accumulate) {
        int panels = Panels.count(outputs);
        int groups = (panels + LARGEST_GROUP - 1) / LARGEST_GROUP;
        int chunks = Math.clamp((TASKS + groups - 1) / groups, 1, Math.max(1, rows / FEWEST_ROWS));
        int pitch = Panels.count(inputs) * Panels.WIDTH;
        int length = panels * Panels.WIDTH * pitch;
        float[] sums = Scratch.ofThread().dense(chunks * length);
        workers.run(groups * chunks, task -> {
            int group = task % groups;
            int chunk = task / groups;
            int panelFrom = cut(panels, groups, group);
            int panelTo = cut(panels, groups, group + 1);
            int from = cut(rows, chunks, chunk);
            int to = cut(rows, chunks, chunk + 1);
            int result = chunk * length;
            for (int row = from; row < to; row += DEPTH) {
                int depth = Math.min(DEPTH, to - row);
                int at = dyOffset + row * outputs;
                int xAt = xOffset + row * inputs;
                pass(depth, inputs, x, xAt, dy, at, outputs, panelFrom, panelTo, sums, result, pitch, row > from);
            }
        });
        int block = (outputs + TASKS - 1) / TASKS;
        workers.run((outputs + block - 1) / block, task -> {
            int to = Math.min(outputs, (task + 1) * block);
            for (int o = task * block; o < to; o++) {
                int at = dwOffset + o * inputs;
                if (!accumulate) {
                    System.arraycopy(sums, o * pitch, dw, at, inputs);
                }
                for (int chunk = accumulate ? 0 : 1; chunk < chunks; chunk++) {
                    SimdElementwise.addRange(inputs, sums, chunk * length + o * pitch, dw, at);
                }
            }
        });
    }

    /** Adds some rows' outer products to the sums of some panels of outputs, or begins the sums with them. */
    private static void pass(
            int depth,
            int inputs,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            int outputs,
            int panelFrom,
            int panelTo,
            float[] sums,
            int sumsOffset,
            int pitch,
            boolean add) {
        Scratch scratch = Scratch.ofThread();
        int panel = DEPTH * Panels.WIDTH;
        int first = panelFrom * Panels.WIDTH;
        int columns = Math.min(outputs, panelTo * Panels.WIDTH) - first;
        float[] a = scratch.values(Panels.count(columns) * panel);
        float[] b = scratch.panel(Panels.count(inputs) * panel);
        copy(depth, dy, dyOffset + first, outputs, columns, a);
        copy(depth, x, xOffset, inputs, inputs, b);
        for (int p = 0; p < Panels.count(inputs); p++) {
            for (int q = 0; q < Panels.count(columns); q++) {
                int to = sumsOffset + (first + q * Panels.WIDTH) * pitch + p * Panels.WIDTH;
                int rows = Panels.columns(columns, q);
                OuterMicroKernel.multiply(rows, depth, a, q * panel, b, p * panel, sums, to, pitch, add);
            }
        }
    }

    /** Copies some columns of some rows into panels, row by row, as memory is read fastest. */
    private static void copy(int rows, float[] source, int from, int stride, int columns, float[] panels) {
        int whole = columns / Panels.WIDTH;
        int rest = columns % Panels.WIDTH;
        for (int row = 0; row < rows; row++) {
            for (int p = 0; p < whole; p++) {
                int at = from + row * stride + p * Panels.WIDTH;
                int to = (p * DEPTH + row) * Panels.WIDTH;
                for (int c = 0; c < Panels.WIDTH; c += Panels.LANES) {
                    FloatVector.fromArray(Panels.SPECIES, source, at + c).intoArray(panels, to + c);
                }
            }
            if (rest > 0) {
                int at = from + row * stride + whole * Panels.WIDTH;
                System.arraycopy(source, at, panels, (whole * DEPTH + row) * Panels.WIDTH, rest);
            }
        }
    }

    private static int cut(int length, int parts, int part) {
        return (int) ((long) length * part / parts);
    }
}
