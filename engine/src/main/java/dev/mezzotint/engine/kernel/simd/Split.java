package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.parallel.Workers;

/**
 * How a result is cut into tasks: blocks of rows times groups of panels. The cut may depend on the number of threads,
 * because every value is summed in the same order wherever the cuts fall.
 */
record Split(int rowUnits, int rowBlocks, int panels, int panelGroups) {
    /** Tasks a thread, so that one that starts late still finds work. */
    private static final int TASKS_A_THREAD = 4;

    /** Floating-point operations below which a task is not worth another thread's attention. */
    private static final double SMALLEST_TASK = 400_000;

    /**
     * Cuts row units first, then panels if there are too few.
     *
     * @param rowUnits smallest pieces that the rows can be cut into
     * @param largestBlock row units in a block at most, so that it stays in the cache
     * @param flops of the whole product
     */
    static Split of(Workers workers, int rowUnits, int largestBlock, int panels, double flops) {
        int blocks = (rowUnits + largestBlock - 1) / largestBlock;
        int wanted = 1;
        if (workers.threads() > 1) {
            wanted = (int) Math.max(1, Math.min(TASKS_A_THREAD * workers.threads(), flops / SMALLEST_TASK));
        }
        int groups = 1;
        if (blocks < wanted) {
            blocks = Math.min(rowUnits, wanted);
            groups = Math.min(panels, (wanted + blocks - 1) / blocks);
        }
        return new Split(rowUnits, blocks, panels, groups);
    }

    int tasks() {
        return rowBlocks * panelGroups;
    }

    int rowFrom(int task) {
        return cut(rowUnits, rowBlocks, task / panelGroups);
    }

    int rowTo(int task) {
        return cut(rowUnits, rowBlocks, task / panelGroups + 1);
    }

    int panelFrom(int task) {
        return cut(panels, panelGroups, task % panelGroups);
    }

    int panelTo(int task) {
        return cut(panels, panelGroups, task % panelGroups + 1);
    }

    private static int cut(int length, int parts, int part) {
        return (int) ((long) length * part / parts);
    }
}
