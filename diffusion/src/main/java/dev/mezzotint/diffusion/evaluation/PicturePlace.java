package dev.mezzotint.diffusion.evaluation;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Where a single object stands, by the word of the attribute {@code place}: its middle lies left of 0.41 of the
 * picture's width, right of 0.59, or between.
 */
enum PicturePlace {
    LEFT,
    MIDDLE,
    RIGHT;

    // Half way between where the scenes put objects of neighbouring places (up to 0.38 left, 0.44 to 0.56 in the
    // middle).
    private static final double BORDER = 0.41;

    static PicturePlace of(String word) {
        return Arrays.stream(values())
                .filter(place -> place.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("criterion: the place \"" + word
                        + "\" is not known; use "
                        + Arrays.stream(values()).map(PicturePlace::word).collect(Collectors.joining(", "))));
    }

    private String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean holds(Sighting object) {
        return switch (this) {
            case LEFT -> object.x() < BORDER;
            case MIDDLE -> object.x() >= BORDER && object.x() <= 1 - BORDER;
            case RIGHT -> object.x() > 1 - BORDER;
        };
    }
}
