package dev.mezzotint.testdata.scenes;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A pair of colour and shape. Eight of the forty, each colour once and each shape once or twice, never occur in the
 * training split: they show whether a model composes what it has only seen apart.
 */
public record Appearance(Hue hue, ShapeKind shape) {
    private static final Set<Appearance> HELD_OUT = Set.of(
            new Appearance(Hue.RED, ShapeKind.CYLINDER),
            new Appearance(Hue.ORANGE, ShapeKind.CONE),
            new Appearance(Hue.YELLOW, ShapeKind.CUBE),
            new Appearance(Hue.GREEN, ShapeKind.TORUS),
            new Appearance(Hue.CYAN, ShapeKind.SPHERE),
            new Appearance(Hue.BLUE, ShapeKind.CONE),
            new Appearance(Hue.PURPLE, ShapeKind.CYLINDER),
            new Appearance(Hue.WHITE, ShapeKind.TORUS));
    private static final List<Appearance> ALL = Arrays.stream(Hue.values())
            .flatMap(hue -> Arrays.stream(ShapeKind.values()).map(shape -> new Appearance(hue, shape)))
            .toList();
    private static final List<Appearance> TRAIN_LIST =
            ALL.stream().filter(pair -> !pair.isHeldOut()).toList();
    private static final List<Appearance> HELDOUT_LIST =
            ALL.stream().filter(Appearance::isHeldOut).toList();

    /** Tells whether the pair never occurs in the training split. */
    public boolean isHeldOut() {
        return HELD_OUT.contains(this);
    }

    /** Returns all forty pairs, in the order of their enums. */
    public static List<Appearance> all() {
        return ALL;
    }

    /** Returns the 32 training pairs or the 8 held-out pairs, in the order of their enums. */
    public static List<Appearance> of(Split split) {
        return split == Split.TRAIN ? TRAIN_LIST : HELDOUT_LIST;
    }

    /** Returns colour and shape in plain words: "red cube". */
    public String words() {
        return hue.word() + " " + shape.word();
    }
}
