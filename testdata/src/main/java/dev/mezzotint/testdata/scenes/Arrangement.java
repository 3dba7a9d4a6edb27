package dev.mezzotint.testdata.scenes;

/** How the objects of a scene, or of a caption, stand to one another, in the order in which they are listed. */
public sealed interface Arrangement {
    /** Nothing is said of positions. */
    record Anywhere() implements Arrangement {}

    /** One object at a place of the picture. */
    record At(Place place) implements Arrangement {}

    /** The first of two objects stands in a relation to the second. */
    record Pair(Relation relation) implements Arrangement {}

    /** Three objects stand in a row, listed from left to right. */
    record Row() implements Arrangement {}

    /** The first of three objects stands between the other two. */
    record Between() implements Arrangement {}
}
