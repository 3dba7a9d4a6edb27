package dev.mezzotint.testdata.scenes;

import java.util.List;

/**
 * A picture's truth: what stands where, under which light.
 *
 * @param objects one to three objects; two as in "A to the left of B", three from left to right
 * @param footprints the outline of each object in the picture
 * @param arrangement the arrangement from which the layout was drawn
 * @param ground what the objects stand on
 * @param grain number that picks the ground's texture (plank colours, lie of the checkers)
 * @param camera the camera
 * @param light the key light
 */
public record Scene(
        List<SceneObject> objects,
        List<Footprint> footprints,
        Arrangement arrangement,
        Ground ground,
        int grain,
        Camera camera,
        Light light) {
    public Scene {
        objects = List.copyOf(objects);
        footprints = List.copyOf(footprints);
        if (objects.isEmpty() || objects.size() > 3 || footprints.size() != objects.size()) {
            throw new IllegalArgumentException("a scene holds 1 to 3 objects with as many footprints, not "
                    + objects.size() + " and " + footprints.size());
        }
    }

    /** Tells whether any object is a held-out pair of colour and shape. */
    public boolean holdsHeldOut() {
        return objects.stream().anyMatch(object -> object.appearance().isHeldOut());
    }
}
