package dev.mezzotint.testdata.scenes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a caption says of a picture, apart from its wording.
 *
 * @param objects the objects in the order in which the arrangement lists them
 * @param arrangement what is said of their positions
 * @param ground what is said of the ground
 */
public record Claim(List<Thing> objects, Arrangement arrangement, Optional<Ground> ground) {
    public Claim {
        objects = List.copyOf(objects);
    }

    /** One object as a caption speaks of it. */
    public record Thing(Appearance appearance, Optional<Size> size) {
        boolean fits(SceneObject object) {
            return appearance.equals(object.appearance())
                    && size.filter(said -> said != object.size()).isEmpty();
        }
    }

    /** Tells whether the claim is true of a scene: whether some objects of the scene are what it says they are. */
    public boolean holds(Scene scene) {
        return ground.filter(said -> said != scene.ground()).isEmpty() && assign(scene, new ArrayList<>());
    }

    private boolean assign(Scene scene, List<Integer> chosen) {
        if (chosen.size() == objects.size()) {
            return holds(
                    arrangement, chosen.stream().map(scene.footprints()::get).toList());
        }
        for (int i = 0; i < scene.objects().size(); i++) {
            if (!chosen.contains(i)
                    && objects.get(chosen.size()).fits(scene.objects().get(i))) {
                chosen.add(i);
                if (assign(scene, chosen)) {
                    return true;
                }
                chosen.removeLast();
            }
        }
        return false;
    }

    /** Tells whether outlines, in the order of the arrangement's objects, clearly stand as it says. */
    static boolean holds(Arrangement arrangement, List<Footprint> outlines) {
        return switch (arrangement) {
            case Arrangement.Anywhere() -> true;
            case Arrangement.At(Place place) -> place.holds(outlines.getFirst());
            case Arrangement.Pair(Relation relation) -> relation.holds(outlines.get(0), outlines.get(1));
            case Arrangement.Row() ->
                leftOf(outlines.get(0), outlines.get(1)) && leftOf(outlines.get(1), outlines.get(2));
            case Arrangement.Between() ->
                leftOf(outlines.get(1), outlines.get(0)) && leftOf(outlines.get(0), outlines.get(2))
                        || leftOf(outlines.get(2), outlines.get(0)) && leftOf(outlines.get(0), outlines.get(1));
        };
    }

    private static boolean leftOf(Footprint a, Footprint b) {
        return Relation.LEFT_OF.holds(a, b);
    }
}
