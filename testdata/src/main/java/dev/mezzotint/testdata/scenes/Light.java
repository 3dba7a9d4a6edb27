package dev.mezzotint.testdata.scenes;

import org.joml.Vector3d;

/**
 * The key light: far away, above and to the left of the camera.
 *
 * @param x x component of the direction towards the light, which need not have unit length
 * @param y y component
 * @param z z component
 */
public record Light(double x, double y, double z) {
    /** How far the corners of the light stand from its middle, relative to its distance: softens shadows. */
    private static final double SPREAD = 0.035;

    /** Returns the unit direction towards the light's middle. */
    Vector3d direction() {
        return new Vector3d(x, y, z).normalize();
    }

    /** Returns unit directions towards the four corners of the light, one for each sample of a pixel. */
    Vector3d[] corners() {
        Vector3d middle = direction();
        Vector3d u = new Vector3d(0, 0, 1).cross(middle).normalize().mul(SPREAD);
        Vector3d v = new Vector3d(middle).cross(u).normalize().mul(SPREAD);
        return new Vector3d[] {
            new Vector3d(middle).add(u).normalize(),
            new Vector3d(middle).sub(v).normalize(),
            new Vector3d(middle).add(v).normalize(),
            new Vector3d(middle).sub(u).normalize()
        };
    }
}
