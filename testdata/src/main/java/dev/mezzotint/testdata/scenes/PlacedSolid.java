package dev.mezzotint.testdata.scenes;

import org.joml.Vector3d;

/** A solid at its place in the world, with the bounds by which rays are spared. */
final class PlacedSolid {
    final SceneObject object;
    final Solid solid;
    final double scale;
    final double centreY;
    final double boundSquared;
    private final double cos;
    private final double sin;
    private final double eyeX;
    private final double eyeY;
    private final double eyeZ;

    /** The screen box, in fractions of the picture, outside which no ray of the camera can hit. */
    final double left;

    final double right;
    final double top;
    final double bottom;

    PlacedSolid(SceneObject object, Camera camera) {
        this.object = object;
        this.solid = object.shape().solid();
        this.scale = object.radius();
        this.cos = StrictMath.cos(object.turn());
        this.sin = StrictMath.sin(object.turn());
        this.centreY = scale * solid.height() / 2;
        double bound = scale * solid.boundingRadius();
        this.boundSquared = bound * bound;
        Vector3d eye = camera.eye();
        this.eyeX = localX(eye.x, eye.z);
        this.eyeY = eye.y / scale;
        this.eyeZ = localZ(eye.x, eye.z);
        Vector3d seen = camera.view().transformPosition(new Vector3d(object.x(), centreY, object.z()));
        double half = 2 * camera.tanHalfField();
        this.left = 0.5 + tangent(seen.x, -seen.z, -bound) / half;
        this.right = 0.5 + tangent(seen.x, -seen.z, bound) / half;
        this.top = 0.5 - tangent(seen.y, -seen.z, bound) / half;
        this.bottom = 0.5 - tangent(seen.y, -seen.z, -bound) / half;
    }

    /** Slope of the line from the eye that touches a circle at offset {@code side} and depth {@code depth}. */
    private static double tangent(double side, double depth, double radius) {
        double along = Math.sqrt(side * side + depth * depth - radius * radius);
        return (side * along + radius * depth) / (depth * along - radius * side);
    }

    private double localX(double x, double z) {
        return ((x - object.x()) * cos - (z - object.z()) * sin) / scale;
    }

    private double localZ(double x, double z) {
        return ((x - object.x()) * sin + (z - object.z()) * cos) / scale;
    }

    /** Returns the distance along a camera ray of unit direction to the solid, or {@link Solid#MISS}. */
    double hitFromEye(double dx, double dy, double dz) {
        return scale * solid.hit(eyeX, eyeY, eyeZ, dx * cos - dz * sin, dy, dx * sin + dz * cos);
    }

    /** Tells whether the solid stands between a point and a light in the given unit direction. */
    boolean blocks(double x, double y, double z, double lx, double ly, double lz) {
        double toX = object.x() - x;
        double toY = centreY - y;
        double toZ = object.z() - z;
        double along = toX * lx + toY * ly + toZ * lz;
        double distanceSquared = toX * toX + toY * toY + toZ * toZ;
        if (distanceSquared - along * along > boundSquared || along < 0 && distanceSquared > boundSquared) {
            return false;
        }
        return solid.hit(localX(x, z), y / scale, localZ(x, z), lx * cos - lz * sin, ly, lx * sin + lz * cos)
                < Solid.MISS;
    }

    /** Writes the outward unit normal, in world coordinates, at a point of the surface. */
    void normal(double x, double y, double z, double[] normal) {
        solid.normal(localX(x, z), y / scale, localZ(x, z), normal);
        double nx = normal[0];
        double nz = normal[2];
        normal[0] = nx * cos + nz * sin;
        normal[2] = nz * cos - nx * sin;
    }
}
