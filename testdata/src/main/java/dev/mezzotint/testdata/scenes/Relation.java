package dev.mezzotint.testdata.scenes;

/** Where the first of two objects stands, seen from the camera and measured from the second. */
public enum Relation {
    LEFT_OF("to the left of", "on its left", "left-of"),
    RIGHT_OF("to the right of", "on its right", "right-of"),
    IN_FRONT_OF("in front of", "in front of it", "in-front-of"),
    BEHIND("behind", "behind it", "behind");

    private final String phrase;
    private final String besideIt;
    private final String word;

    Relation(String phrase, String besideIt, String word) {
        this.phrase = phrase;
        this.besideIt = besideIt;
        this.word = word;
    }

    /** Returns the words between the two objects: "A <i>to the left of</i> B". */
    public String phrase() {
        return phrase;
    }

    /** Returns the words after the first object where the second was named before it: "B with A <i>on its left</i>". */
    public String besideIt() {
        return besideIt;
    }

    /** Returns the name used in attributes, such as {@code left-of}. */
    public String word() {
        return word;
    }

    /** Returns the relation of the second object to the first. */
    public Relation opposite() {
        return switch (this) {
            case LEFT_OF -> RIGHT_OF;
            case RIGHT_OF -> LEFT_OF;
            case IN_FRONT_OF -> BEHIND;
            case BEHIND -> IN_FRONT_OF;
        };
    }

    /** Tells whether the relation is one of left and right, not of depth. */
    public boolean sideways() {
        return this == LEFT_OF || this == RIGHT_OF;
    }

    /** Smallest sideways distance of two centres, as a fraction of the picture (14 of 64 pixels). */
    static final double SIDEWAYS_MARGIN = 14 / 64.0;

    /** Smallest vertical distance of two centres that stand one behind the other (10 of 64 pixels). */
    static final double DEPTH_MARGIN = 10 / 64.0;

    /** Tells whether {@code subject} clearly stands in this relation to {@code other} in the picture. */
    public boolean holds(Footprint subject, Footprint other) {
        double dx = subject.x() - other.x();
        double dy = subject.base() - other.base();
        boolean aside = Math.abs(dx) >= SIDEWAYS_MARGIN && Math.abs(dy) <= 0.5 * Math.abs(dx);
        boolean inDepth = Math.abs(dy) >= DEPTH_MARGIN && Math.abs(dx) <= 0.5 * Math.abs(dy);
        return switch (this) {
            case LEFT_OF -> aside && dx < 0;
            case RIGHT_OF -> aside && dx > 0;
            case IN_FRONT_OF -> inDepth && dy > 0;
            case BEHIND -> inDepth && dy < 0;
        };
    }
}
