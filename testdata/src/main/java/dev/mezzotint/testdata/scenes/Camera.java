package dev.mezzotint.testdata.scenes;

import org.joml.Matrix4d;
import org.joml.Vector3d;

/**
 * A perspective camera on the plane x = 0 that looks down at the middle of the scene. World axes: x to the right, y
 * up, z towards the camera.
 *
 * @param pitch angle below the horizontal, in radians
 * @param frame world units that the picture spans at the distance of the target
 */
public record Camera(double pitch, double frame) {
    private static final double TAN_HALF_FIELD = StrictMath.tan(StrictMath.toRadians(15));
    private static final double TARGET_HEIGHT = 0.5;

    /** Returns the distance from eye to target. */
    double distance() {
        return frame / (2 * TAN_HALF_FIELD);
    }

    /** Returns the tangent of half the field of view, the same for width and height. */
    double tanHalfField() {
        return TAN_HALF_FIELD;
    }

    /** Returns the eye in world coordinates. */
    Vector3d eye() {
        double distance = distance();
        return new Vector3d(0, TARGET_HEIGHT + distance * StrictMath.sin(pitch), distance * StrictMath.cos(pitch));
    }

    /** Returns the matrix from world to camera coordinates (right, up, backwards). */
    Matrix4d view() {
        return new Matrix4d().setLookAt(eye(), new Vector3d(0, TARGET_HEIGHT, 0), new Vector3d(0, 1, 0));
    }
}
