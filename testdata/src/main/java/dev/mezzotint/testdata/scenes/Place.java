package dev.mezzotint.testdata.scenes;

import java.util.List;
import java.util.Locale;

/** Where a single object stands in the picture. */
public enum Place {
    LEFT("on the left"),
    MIDDLE("in the middle", "in the center"),
    RIGHT("on the right");

    private final List<String> phrases;

    Place(String... phrases) {
        this.phrases = List.of(phrases);
    }

    /** Returns the phrases that a caption may use, the plain one first. */
    public List<String> phrases() {
        return phrases;
    }

    /** Returns the name used in attributes. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Tells whether an object with this outline clearly stands at the place. */
    public boolean holds(Footprint outline) {
        return switch (this) {
            case LEFT -> outline.x() <= 0.38;
            case MIDDLE -> Math.abs(outline.x() - 0.5) <= 0.06;
            case RIGHT -> outline.x() >= 0.62;
        };
    }
}
