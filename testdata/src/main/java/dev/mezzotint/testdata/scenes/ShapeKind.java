package dev.mezzotint.testdata.scenes;

import java.util.List;

/** The solids that a scene is made of, each with the nouns that name it, the plain one first. */
public enum ShapeKind {
    CUBE("cube", "box"),
    SPHERE("sphere", "ball"),
    CYLINDER("cylinder"),
    CONE("cone"),
    TORUS("torus", "ring", "donut");

    private final List<String> nouns;

    ShapeKind(String... nouns) {
        this.nouns = List.of(nouns);
    }

    /** Returns the plain noun, as written in captions and in attributes. */
    public String word() {
        return nouns.getFirst();
    }

    /** Returns every noun that a caption may use, the plain one first. */
    public List<String> nouns() {
        return nouns;
    }

    /** Returns the solid in its own frame, about one unit in radius and resting on y = 0. */
    Solid solid() {
        return switch (this) {
            case CUBE -> Solid.CUBE;
            case SPHERE -> Solid.SPHERE;
            case CYLINDER -> Solid.CYLINDER;
            case CONE -> Solid.CONE;
            case TORUS -> Torus.UPRIGHT;
        };
    }
}
