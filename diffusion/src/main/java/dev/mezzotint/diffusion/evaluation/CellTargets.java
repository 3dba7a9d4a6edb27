package dev.mezzotint.diffusion.evaluation;

import java.util.Arrays;
import java.util.List;

/**
 * What the judge's cells should say for a batch. The cell of an object's middle holds something; its eight neighbours
 * may say so or not, since a middle may lie on a border; all nine say what and where the object is, of two objects the
 * one whose middle is nearer.
 */
final class CellTargets {
    private static final int NONE = -1;

    private final JudgeConfig config;
    private final int[] objects;
    private final int[] shapes;
    private final int[] hues;
    private final float[] offsets;
    private final double[] distances;
    private int found;

    CellTargets(JudgeConfig config, int batch) {
        this.config = config;
        int cells = batch * config.grid() * config.grid();
        objects = new int[cells];
        shapes = filled(cells);
        hues = filled(cells);
        offsets = new float[cells * JudgeConfig.OFFSETS];
        distances = new double[cells];
        Arrays.fill(distances, Double.POSITIVE_INFINITY);
    }

    private static int[] filled(int cells) {
        int[] targets = new int[cells];
        Arrays.fill(targets, NONE);
        return targets;
    }

    /** Enters the objects of picture {@code n}. */
    void set(int n, List<Label> labels) {
        int grid = config.grid();
        int first = n * grid * grid;
        for (Label label : labels) {
            int row = Math.clamp((long) (label.y() * grid), 0, grid - 1);
            int column = Math.clamp((long) (label.x() * grid), 0, grid - 1);
            for (int r = Math.max(0, row - 1); r <= Math.min(grid - 1, row + 1); r++) {
                for (int c = Math.max(0, column - 1); c <= Math.min(grid - 1, column + 1); c++) {
                    enter(first + r * grid + c, r, c, label);
                }
            }
        }
        for (Label label : labels) {
            int row = Math.clamp((long) (label.y() * grid), 0, grid - 1);
            int column = Math.clamp((long) (label.x() * grid), 0, grid - 1);
            objects[first + row * grid + column] = 1;
            found++;
        }
    }

    private void enter(int cell, int row, int column, Label label) {
        double dx = label.x() * config.grid() - column - 0.5;
        double dy = label.y() * config.grid() - row - 0.5;
        double distance = Math.hypot(dx, dy);
        if (distance < distances[cell]) {
            distances[cell] = distance;
            objects[cell] = NONE;
            shapes[cell] = known(config.shapes(), label.shape());
            hues[cell] = known(config.hues(), label.hue());
            int at = cell * JudgeConfig.OFFSETS;
            offsets[at] = (float) dx;
            offsets[at + 1] = (float) dy;
            offsets[at + 2] = (float) (label.base() * config.grid() - row - 0.5);
        }
    }

    private static int known(List<String> words, String word) {
        int index = words.indexOf(word);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "judge: it does not know \"" + word + "\", only " + words + "; train it on this data set");
        }
        return index;
    }

    /** 1 where something is, 0 where nothing is, −1 where it doesn't matter. */
    int[] objects() {
        return objects;
    }

    /** Number of the shape, −1 where no object is near. */
    int[] shapes() {
        return shapes;
    }

    /** Number of the hue, −1 where no object is near. */
    int[] hues() {
        return hues;
    }

    /** Where the object is, measured from the middle of the cell in cells. */
    float[] offsets() {
        return offsets;
    }

    /** Equal weights, 1 together, for the cells near an object, and 0 for all others. */
    float[] offsetWeights() {
        long near = Arrays.stream(shapes).filter(shape -> shape != NONE).count();
        float[] weights = new float[shapes.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = shapes[i] == NONE ? 0 : 1f / near;
        }
        return weights;
    }

    /** How many cells that matter there are for each object. */
    float cellsPerObject() {
        long counted = Arrays.stream(objects).filter(object -> object != NONE).count();
        return (float) counted / Math.max(1, found);
    }
}
