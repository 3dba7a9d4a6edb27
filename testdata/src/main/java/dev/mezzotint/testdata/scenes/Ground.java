package dev.mezzotint.testdata.scenes;

import java.util.List;
import java.util.Locale;

/** What the objects stand on: muted colours, so that the objects stand out. */
public enum Ground {
    GREY_FLOOR("a grey floor", "a gray floor"),
    WOODEN_FLOOR("a wooden floor", "a wood floor"),
    SAND("sand", "the sand"),
    GRASS("grass", "the grass"),
    CHECKERED_FLOOR("a checkered floor"),
    DARK_FLOOR("a dark floor");

    private final List<String> phrases;

    Ground(String... phrases) {
        this.phrases = List.of(phrases);
    }

    /** Returns the phrases that follow "on", the plain one first. */
    public List<String> phrases() {
        return phrases;
    }

    /** Returns the name used in attributes, such as {@code wooden-floor}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
