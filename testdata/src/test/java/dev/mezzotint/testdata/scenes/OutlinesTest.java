package dev.mezzotint.testdata.scenes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class OutlinesTest {
    private static final Camera CAMERA = new Camera(Math.toRadians(32), 4.2);

    private static SceneObject sphere(double x, double z) {
        return new SceneObject(new Appearance(Hue.RED, ShapeKind.SPHERE), Size.LARGE, x, z, 0, 0.8);
    }

    @Test
    void sphereFillsTheBoxOfItsTangents() {
        PlacedSolid placed = new PlacedSolid(sphere(0.5, 0.2), CAMERA);
        Footprint outline = Outlines.measure(List.of(sphere(0.5, 0.2)), CAMERA).getFirst();
        double pixel = 1.01 / Outlines.GRID;
        assertEquals(placed.left, outline.x() - outline.width() / 2, pixel);
        assertEquals(placed.right, outline.x() + outline.width() / 2, pixel);
        assertEquals(placed.top, outline.y() - outline.height() / 2, pixel);
        assertEquals(placed.bottom, outline.y() + outline.height() / 2, pixel);
        assertEquals(1, outline.visible());
    }

    @Test
    void nearerObjectHidesAndItsBaseIsLower() {
        List<Footprint> outlines = Outlines.measure(List.of(sphere(0, -1), sphere(0.2, 1)), CAMERA);
        assertTrue(outlines.get(0).visible() < 0.95);
        assertEquals(1, outlines.get(1).visible());
        assertTrue(outlines.get(1).base() > outlines.get(0).base());
        assertTrue(Relation.IN_FRONT_OF.holds(outlines.get(1), outlines.get(0)));
    }

    @Test
    void objectCutByTheEdgeHasNoOutline() {
        assertEquals(
                0, Outlines.measure(List.of(sphere(2.1, 0)), CAMERA).getFirst().width());
        assertEquals(
                0, Outlines.measure(List.of(sphere(9, 0)), CAMERA).getFirst().width());
    }
}
