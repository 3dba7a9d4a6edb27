package dev.mezzotint.diffusion.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whether a picture shows what it should. The criterion, the same for rendered and for drawn pictures:
 *
 * <ol>
 *   <li><b>Objects</b>: the judge sees exactly as many objects as there should be, each of its own right shape and
 *       colour. One object too many, one missing, or colours exchanged: wrong.
 *   <li><b>Place</b>: the objects are right, and they stand in the relation ({@link SpatialRelation}) or at the place
 *       ({@link PicturePlace}) that is asked for, if one is.
 * </ol>
 *
 * A picture is right when both hold.
 *
 * @param objects whether the objects are right
 * @param placeAsked whether a relation or place is asked for
 * @param place whether the objects are right and stand as they should; true for right objects when nothing is asked for
 */
public record Verdict(boolean objects, boolean placeAsked, boolean place) {
    /** Whether everything is right. */
    public boolean right() {
        return objects && place;
    }

    /**
     * Compares what is seen with what should be.
     *
     * @param truth {@code count}, {@code shape.k} and {@code hue.k}, and perhaps {@code relation} of object 0 to object
     *     1 or {@code place} of object 0; other keys don't matter
     * @throws IllegalArgumentException if the truth lacks a key or names an unknown relation or place
     */
    public static Verdict of(Map<String, String> truth, List<Sighting> seen) {
        Optional<SpatialRelation> relation =
                Optional.ofNullable(truth.get("relation")).map(SpatialRelation::of);
        Optional<PicturePlace> place = Optional.ofNullable(truth.get("place")).map(PicturePlace::of);
        boolean asked = relation.isPresent() || place.isPresent();
        int count = Label.count(truth);
        List<Sighting> left = new ArrayList<>(seen);
        List<Sighting> found = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            String shape = Label.word(truth, "shape." + k);
            String hue = Label.word(truth, "hue." + k);
            Optional<Sighting> match = left.stream()
                    .filter(sighting ->
                            sighting.shape().equals(shape) && sighting.hue().equals(hue))
                    .findFirst();
            match.ifPresent(sighting -> {
                left.remove(sighting);
                found.add(sighting);
            });
        }
        if (found.size() < count || !left.isEmpty()) {
            return new Verdict(false, asked, false);
        }
        boolean stands = place.map(wanted -> wanted.holds(found.getFirst())).orElse(true)
                && relation.map(wanted -> wanted.holds(found.get(0), found.get(1)))
                        .orElse(true);
        return new Verdict(true, asked, stands);
    }
}
