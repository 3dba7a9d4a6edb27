package dev.mezzotint.testdata.scenes;

/**
 * A solid standing on the ground.
 *
 * @param appearance its colour and shape
 * @param size the size that captions speak of
 * @param x where it stands, in world units, to the right of the camera's axis
 * @param z where it stands, in world units, towards the camera
 * @param turn rotation about the vertical, in radians
 * @param radius half its width, in world units; within the range of its size
 */
public record SceneObject(Appearance appearance, Size size, double x, double z, double turn, double radius) {
    /** Returns the colour. */
    public Hue hue() {
        return appearance.hue();
    }

    /** Returns the shape. */
    public ShapeKind shape() {
        return appearance.shape();
    }

    /** Returns the radius of the circle on the ground that holds the object whole. */
    double reach() {
        return radius * shape().solid().reach();
    }
}
