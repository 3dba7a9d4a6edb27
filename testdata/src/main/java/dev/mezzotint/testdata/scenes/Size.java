package dev.mezzotint.testdata.scenes;

import java.util.List;
import java.util.Locale;

/** The two sizes of an object, with the adjectives that name them. */
public enum Size {
    SMALL(0.48, 0.55, "small"),
    LARGE(0.81, 0.90, "large", "big");

    private final double minRadius;
    private final double maxRadius;
    private final List<String> adjectives;

    Size(double minRadius, double maxRadius, String... adjectives) {
        this.minRadius = minRadius;
        this.maxRadius = maxRadius;
        this.adjectives = List.of(adjectives);
    }

    /** Returns the plain adjective, as written in captions and in attributes. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns every adjective that a caption may use, the plain one first. */
    public List<String> adjectives() {
        return adjectives;
    }

    double minRadius() {
        return minRadius;
    }

    double maxRadius() {
        return maxRadius;
    }
}
