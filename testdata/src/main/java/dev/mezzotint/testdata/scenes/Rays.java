package dev.mezzotint.testdata.scenes;

import org.joml.Matrix4d;
import org.joml.Vector3d;

/** The camera's rays: where each point of the picture looks. */
final class Rays {
    final double eyeY;
    final double eyeZ;
    private final double rightX;
    private final double upY;
    private final double upZ;
    private final double forwardY;
    private final double forwardZ;

    /** The unit direction of the ray set last. */
    double dx;

    double dy;
    double dz;

    Rays(Camera camera) {
        Vector3d eye = camera.eye();
        Matrix4d view = camera.view();
        double field = 2 * camera.tanHalfField();
        Vector3d right = view.normalizedPositiveX(new Vector3d()).mul(field);
        Vector3d up = view.normalizedPositiveY(new Vector3d()).mul(field);
        Vector3d backward = view.normalizedPositiveZ(new Vector3d());
        eyeY = eye.y;
        eyeZ = eye.z;
        rightX = right.x;
        upY = up.y;
        upZ = up.z;
        forwardY = -backward.y;
        forwardZ = -backward.z;
    }

    /** Sets the ray through a point of the picture, (0, 0) at its top left corner and (1, 1) at its bottom right. */
    void look(double u, double v) {
        double x = rightX * (u - 0.5);
        double y = forwardY + upY * (0.5 - v);
        double z = forwardZ + upZ * (0.5 - v);
        double length = Math.sqrt(x * x + y * y + z * z);
        dx = x / length;
        dy = y / length;
        dz = z / length;
    }
}
