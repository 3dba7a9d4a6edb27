package dev.mezzotint.diffusion.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads objects out of the judge's cells: the surest first, and none that is too near a surer one. */
final class CellDecoder {
    /** From this on a cell is believed to hold an object. */
    private static final double THRESHOLD = 0.5;

    /** Two sightings nearer than this, in widths of the picture, are one object (5 of 64 pixels). */
    private static final double SAME = 5 / 64.0;

    private CellDecoder() {}

    /**
     * Decodes one picture.
     *
     * @param cells (grid, grid, outputs) from {@code offset} on
     */
    static List<Sighting> decode(JudgeConfig config, float[] cells, int offset) {
        int grid = config.grid();
        List<Sighting> candidates = new ArrayList<>();
        for (int cell = 0; cell < grid * grid; cell++) {
            int at = offset + cell * config.outputs();
            double score = 1 / (1 + Math.exp((double) cells[at] - cells[at + 1]));
            if (score >= THRESHOLD) {
                candidates.add(sighting(config, cells, at, cell, score));
            }
        }
        candidates.sort(Comparator.comparingDouble(Sighting::score).reversed());
        List<Sighting> seen = new ArrayList<>();
        for (Sighting candidate : candidates) {
            if (seen.stream().noneMatch(other -> near(candidate, other))) {
                seen.add(candidate);
            }
        }
        return List.copyOf(seen);
    }

    private static Sighting sighting(JudgeConfig config, float[] cells, int at, int cell, double score) {
        int grid = config.grid();
        int shapes = at + 2;
        int hues = shapes + config.shapes().size();
        int offsets = hues + config.hues().size();
        double x = cell % grid + 0.5;
        double y = cell / grid + 0.5;
        return new Sighting(
                config.shapes().get(best(cells, shapes, config.shapes().size())),
                config.hues().get(best(cells, hues, config.hues().size())),
                (x + cells[offsets]) / grid,
                (y + cells[offsets + 1]) / grid,
                (y + cells[offsets + 2]) / grid,
                score);
    }

    private static int best(float[] values, int from, int count) {
        int best = 0;
        for (int i = 1; i < count; i++) {
            if (values[from + i] > values[from + best]) {
                best = i;
            }
        }
        return best;
    }

    private static boolean near(Sighting a, Sighting b) {
        return Math.hypot(a.x() - b.x(), a.y() - b.y()) < SAME;
    }
}
