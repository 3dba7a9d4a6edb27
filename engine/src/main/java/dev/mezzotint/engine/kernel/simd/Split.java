package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.parallel.Workers;

/**
 * How a result is cut into tasks: blocks of rows times groups of panels. The cut may depend on the number of threads,
 * because every value is summed in the same order wherever the cuts fall.
 */
record Split(int rowUnits, int rowBlocks, int panels, int panelGroups) {
    /** Tasks a thread, so that one that starts late still finds work. */
    private static final int TASKS_A_THREAD = 4;

    /** The same for products, of which each further task reads one operand again. */
    private static final int PRODUCT_TASKS_A_THREAD = 2;

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
        int wanted = wanted(workers, TASKS_A_THREAD, flops);
        int groups = 1;
        if (blocks < wanted) {
            blocks = Math.min(rowUnits, wanted);
            groups = Math.min(panels, (wanted + blocks - 1) / blocks);
        }
        return new Split(rowUnits, blocks, panels, groups);
    }

    /**
     * Cuts the rows as often as the cache demands and the panels for the rest: each block of rows reads all of its panels and
     * widens them, so few rows are better left together.
     */
    static Split ofPanels(Workers workers, int rowUnits, int largestBlock, int panels, double flops) {
        int wanted = wanted(workers, PRODUCT_TASKS_A_THREAD, flops);
        int blocks = (rowUnits + largestBlock - 1) / largestBlock;
        if (blocks > 1 && wanted > 1) {
            // As many for each thread.
            blocks = Math.min(rowUnits, (blocks + workers.threads() - 1) / workers.threads() * workers.threads());
        }
        int groups = 1;
        if (blocks < wanted) {
            groups = Math.min(panels, (wanted + blocks - 1) / blocks);
            blocks = Math.max(blocks, Math.min(rowUnits, (wanted + groups - 1) / groups));
        }
        return new Split(rowUnits, blocks, panels, groups);
    }

    private static int wanted(Workers workers, int tasksAThread, double flops) {
        if (workers.threads() == 1) {
            return 1;
        }
        return (int) Math.max(1, Math.min(tasksAThread * workers.threads(), flops / SMALLEST_TASK));
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

    /** Where parts do not come out even, the first of a run is the larger: so two threads that take turns get as much each. */
    private static int cut(int length, int parts, int part) {
        return (int) (((long) length * part + parts - 1) / parts);
    }
}
