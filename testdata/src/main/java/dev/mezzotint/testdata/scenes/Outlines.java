package dev.mezzotint.testdata.scenes;

import java.util.ArrayList;
import java.util.List;
import org.joml.Vector3d;

/** Measures the outlines of objects in the picture on a fixed grid of 64 × 64 rays. */
final class Outlines {
    static final int GRID = 64;

    private Outlines() {}

    /** Returns the footprint of each object; one that no ray hits, or that the picture's edge cuts, has width 0. */
    static List<Footprint> measure(List<SceneObject> objects, Camera camera) {
        List<PlacedSolid> solids =
                objects.stream().map(object -> new PlacedSolid(object, camera)).toList();
        Rays rays = new Rays(camera);
        List<Footprint> footprints = new ArrayList<>();
        for (PlacedSolid solid : solids) {
            footprints.add(measure(solid, solids, rays, camera));
        }
        return footprints;
    }

    private static Footprint measure(PlacedSolid solid, List<PlacedSolid> solids, Rays rays, Camera camera) {
        int minColumn = GRID;
        int maxColumn = -1;
        int minRow = GRID;
        int maxRow = -1;
        int area = 0;
        int seen = 0;
        int lastRow = Math.min(GRID - 1, (int) (solid.bottom * GRID));
        int lastColumn = Math.min(GRID - 1, (int) (solid.right * GRID));
        for (int row = Math.max(0, (int) (solid.top * GRID)); row <= lastRow; row++) {
            for (int column = Math.max(0, (int) (solid.left * GRID)); column <= lastColumn; column++) {
                double u = (column + 0.5) / GRID;
                double v = (row + 0.5) / GRID;
                rays.look(u, v);
                double distance = solid.hitFromEye(rays.dx, rays.dy, rays.dz);
                if (distance == Solid.MISS) {
                    continue;
                }
                area++;
                minColumn = Math.min(minColumn, column);
                maxColumn = Math.max(maxColumn, column);
                minRow = Math.min(minRow, row);
                maxRow = Math.max(maxRow, row);
                seen += nearest(solid, solids, rays, u, v, distance) ? 1 : 0;
            }
        }
        SceneObject object = solid.object;
        Vector3d foot = camera.view().transformPosition(new Vector3d(object.x(), 0, object.z()));
        double base = 0.5 + foot.y / foot.z / (2 * camera.tanHalfField());
        if (area == 0 || minColumn == 0 || minRow == 0 || maxColumn == GRID - 1 || maxRow == GRID - 1) {
            return new Footprint(0.5, 0.5, 0, 0, 0, base);
        }
        return new Footprint(
                (minColumn + maxColumn + 1) / (2.0 * GRID),
                (minRow + maxRow + 1) / (2.0 * GRID),
                (maxColumn + 1 - minColumn) / (double) GRID,
                (maxRow + 1 - minRow) / (double) GRID,
                seen / (double) area,
                base);
    }

    private static boolean nearest(
            PlacedSolid solid, List<PlacedSolid> solids, Rays rays, double u, double v, double distance) {
        for (PlacedSolid other : solids) {
            if (other != solid
                    && u >= other.left
                    && u <= other.right
                    && v >= other.top
                    && v <= other.bottom
                    && other.hitFromEye(rays.dx, rays.dy, rays.dz) < distance) {
                return false;
            }
        }
        return true;
    }
}
