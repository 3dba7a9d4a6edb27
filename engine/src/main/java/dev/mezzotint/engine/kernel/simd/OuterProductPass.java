package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.parallel.Workers;
import jdk.incubator.vector.FloatVector;

/**
 * The gradient of a linear map by its weights, dW[o, i] = Σ over rows of dy[row, o] · x[row, i]. The result is small and the
 * sum long, so the sum is cut into chunks, whose results are added in order: each row is then read once, by one thread, and in
 * place where that is as fast as from a copy.
 */
final class OuterProductPass {
    /** Tasks that are wanted, whatever the number of threads, since the cut decides the bits. */
    private static final int TASKS = 16;

    /** Panels of outputs in a task at most: their sums for some inputs stay in the second-level cache. */
    private static final int LARGEST_GROUP = 8;

    /** Rows in a chunk at least, so that adding the chunks up stays cheap. */
    private static final int FEWEST_ROWS = 1024;

    /** Rows in a pass: a panel's width of x stays in the first-level cache. */
    private static final int DEPTH = 96;

    /** Floats that are fetched from memory together, if they are more than a pass: they stay in the second-level cache. */
    private static final int FETCHED = 1 << 16;

    /** Rows of x so many floats apart (1 KiB) fall into the same few sets of the first-level cache. */
    private static final int ALIASING = 256;

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
        // One chunk is summed where the result belongs, if no tile reaches over its edge.
        boolean direct = chunks == 1 && pitch == inputs;
        boolean onto = direct && accumulate;
        int length = panels * Panels.WIDTH * pitch;
        float[] sums = direct ? dw : Scratch.ofThread().dense(chunks * length);
        int start = direct ? dwOffset : 0;
        workers.run(groups * chunks, task -> {
            int group = task % groups;
            int chunk = task / groups;
            int panelFrom = cut(panels, groups, group);
            int panelTo = cut(panels, groups, group + 1);
            int from = cut(rows, chunks, chunk);
            int to = cut(rows, chunks, chunk + 1);
            int result = start + chunk * length;
            int first = panelFrom * Panels.WIDTH;
            int columns = Math.min(outputs, panelTo * Panels.WIDTH) - first;
            int fetchedRows = Math.max(1, FETCHED / ((inputs + columns) * DEPTH)) * DEPTH;
            for (int row = from; row < to; row += DEPTH) {
                int depth = Math.min(DEPTH, to - row);
                int at = dyOffset + row * outputs;
                int xAt = xOffset + row * inputs;
                if ((row - from) % fetchedRows == 0) {
                    int fetched = Math.min(fetchedRows, to - row);
                    Scratch.ofThread().fetch(fetched, inputs, x, xAt, inputs);
                    Scratch.ofThread().fetch(fetched, columns, dy, at + first, outputs);
                }
                pass(depth, inputs, x, xAt, dy, at, outputs, first, columns, sums, result, pitch, onto || row > from);
            }
        });
        if (direct) {
            return;
        }
        int block = (outputs + TASKS - 1) / TASKS;
        workers.run((outputs + block - 1) / block, task -> {
            int to = Math.min(outputs, (task + 1) * block);
            for (int o = task * block; o < to; o++) {
                int at = dwOffset + o * inputs;
                if (!accumulate) {
                    System.arraycopy(sums, o * pitch, dw, at, inputs);
                }
                for (int chunk = accumulate ? 0 : 1; chunk < chunks; chunk++) {
                    ElementwiseLoops.addTo(inputs, sums, chunk * length + o * pitch, dw, at);
                }
            }
        });
    }

    /** Adds some rows' outer products to the sums of some outputs from {@code first} on, or begins the sums with them. */
    private static void pass(
            int depth,
            int inputs,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            int outputs,
            int first,
            int columns,
            float[] sums,
            int sumsOffset,
            int pitch,
            boolean add) {
        int to = sumsOffset + first * pitch;
        boolean inPlace = inputs % Panels.WIDTH == 0 && inputs % ALIASING != 0;
        float[] b = inPlace ? x : Scratch.ofThread().panel(DEPTH * Panels.WIDTH);
        for (int column = 0; column < inputs; column += Panels.WIDTH) {
            int from = inPlace ? xOffset + column : 0;
            int stride = inPlace ? inputs : Panels.WIDTH;
            if (!inPlace) {
                copy(depth, x, xOffset + column, inputs, Math.min(Panels.WIDTH, inputs - column), b);
            }
            OuterMicroKernel.multiply(
                    columns, depth, dy, dyOffset + first, outputs, b, from, stride, sums, to + column, pitch, add);
        }
    }

    /** Copies some columns of some rows into a panel. */
    private static void copy(int rows, float[] source, int from, int stride, int columns, float[] panel) {
        for (int row = 0; row < rows; row++) {
            int at = from + row * stride;
            int to = row * Panels.WIDTH;
            if (columns == Panels.WIDTH) {
                for (int c = 0; c < Panels.WIDTH; c += Panels.LANES) {
                    FloatVector.fromArray(Panels.SPECIES, source, at + c).intoArray(panel, to + c);
                }
            } else {
                System.arraycopy(source, at, panel, to, columns);
            }
        }
    }

    private static int cut(int length, int parts, int part) {
        return (int) ((long) length * part / parts);
    }
}
