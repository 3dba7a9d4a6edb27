package dev.mezzotint.diffusion.evaluation;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Where the first of two objects stands, seen from the camera and measured from the second, by the word of the
 * attribute {@code relation}. It holds when the step from the second object's base to the first's, in the picture,
 * points at most 45° away from the direction named: left, right, down (nearer) or up (farther).
 */
enum SpatialRelation {
    LEFT_OF("left-of", -1, 0),
    RIGHT_OF("right-of", 1, 0),
    IN_FRONT_OF("in-front-of", 0, 1),
    BEHIND("behind", 0, -1);

    private final String word;
    private final int across;
    private final int down;

    SpatialRelation(String word, int across, int down) {
        this.word = word;
        this.across = across;
        this.down = down;
    }

    static SpatialRelation of(String word) {
        return Arrays.stream(values())
                .filter(relation -> relation.word.equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("criterion: the relation \"" + word
                        + "\" is not known; use "
                        + Arrays.stream(values()).map(relation -> relation.word).collect(Collectors.joining(", "))));
    }

    boolean holds(Sighting first, Sighting second) {
        double dx = first.x() - second.x();
        double dy = first.base() - second.base();
        double along = across * dx + down * dy;
        double aside = Math.abs(down * dx + across * dy);
        return along > 0 && aside <= along;
    }
}
