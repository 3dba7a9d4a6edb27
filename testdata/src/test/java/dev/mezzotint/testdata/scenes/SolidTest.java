package dev.mezzotint.testdata.scenes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SolidTest {
    private static final double STEP = 2e-4;

    /** The solids once more, as the set of points inside them. */
    private static boolean inside(ShapeKind shape, double x, double y, double z) {
        return switch (shape) {
            case CUBE -> Math.abs(x) < 0.8 && y > 0 && y < 1.6 && Math.abs(z) < 0.8;
            case SPHERE -> x * x + (y - 0.97) * (y - 0.97) + z * z < 0.97 * 0.97;
            case CYLINDER -> Math.hypot(x, z) < 0.8 && y > 0 && y < 1.75;
            case CONE -> y > 0 && Math.hypot(x, z) < 0.98 * (1 - y / 2.05);
            case TORUS -> Math.hypot(Math.hypot(x, y - 1.02) - 0.71, z) < 0.31;
        };
    }

    @ParameterizedTest
    @EnumSource
    void raysStopWhereTheSolidBegins(ShapeKind shape) {
        Solid solid = shape.solid();
        SplittableRandom random = new SplittableRandom(5);
        double[] normal = new double[3];
        int hits = 0;
        for (int i = 0; i < 2000; i++) {
            double ox = random.nextDouble(-4, 4);
            double oy = random.nextDouble(3, 5);
            double oz = random.nextDouble(2, 4);
            double dx = random.nextDouble(-1.2, 1.2) - ox;
            double dy = random.nextDouble(-0.2, 2.2) - oy;
            double dz = random.nextDouble(-1.2, 1.2) - oz;
            double length = Math.sqrt(dx * dx + dy * dy + dz * dz);
            dx /= length;
            dy /= length;
            dz /= length;
            double t = solid.hit(ox, oy, oz, dx, dy, dz);
            double until = t == Solid.MISS ? 12 : t - STEP;
            for (double s = 0; s < until; s += 0.01) {
                assertFalse(
                        inside(shape, ox + s * dx, oy + s * dy, oz + s * dz),
                        "passed through " + shape + " by ray " + i);
            }
            if (t < Solid.MISS) {
                hits++;
                double x = ox + t * dx;
                double y = oy + t * dy;
                double z = oz + t * dz;
                solid.normal(x, y, z, normal);
                assertEquals(1, Math.hypot(Math.hypot(normal[0], normal[1]), normal[2]), 1e-6);
                assertFalse(inside(shape, x + STEP * normal[0], y + STEP * normal[1], z + STEP * normal[2]));
                assertTrue(normal[0] * dx + normal[1] * dy + normal[2] * dz <= 1e-3, "the normal faces the ray");
                double fromMiddle = Math.hypot(Math.hypot(x, y - solid.height() / 2), z);
                assertTrue(fromMiddle <= solid.boundingRadius() + 1e-4);
                assertTrue(Math.hypot(x, z) <= solid.reach() + 1e-4);
            }
        }
        assertTrue(hits > 300, "only " + hits + " rays hit");
    }

    @ParameterizedTest
    @EnumSource
    void normalPointsOutOfTheSolidAwayFromEdges(ShapeKind shape) {
        Solid solid = shape.solid();
        SplittableRandom random = new SplittableRandom(6);
        double[] normal = new double[3];
        int inward = 0;
        int hits = 0;
        for (int i = 0; i < 500; i++) {
            double x = random.nextDouble(-0.9, 0.9);
            double z = random.nextDouble(-0.3, 0.3);
            double t = solid.hit(x, 5, z, 0.0006, -0.99999964, 0.0006);
            if (t < Solid.MISS) {
                hits++;
                double px = x + t * 0.0006;
                double py = 5 - t * 0.99999964;
                double pz = z + t * 0.0006;
                solid.normal(px, py, pz, normal);
                inward += inside(shape, px - STEP * normal[0], py - STEP * normal[1], pz - STEP * normal[2]) ? 1 : 0;
            }
        }
        assertTrue(hits > 200 && inward > 0.97 * hits, inward + " of " + hits);
    }
}
