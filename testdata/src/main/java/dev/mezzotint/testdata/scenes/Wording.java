package dev.mezzotint.testdata.scenes;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How a caption is put into words: every random draw of its writer, so that a true and a false caption can be
 * worded alike.
 *
 * @param template the shape of the sentence
 * @param opening what comes before it
 * @param sizes whether sizes are said
 * @param ground whether the ground is said
 * @param nouns for each object which of its shape's nouns is used, 0 for the plain one
 * @param synonym which of the other synonyms is used where there are any, 0 for the plain one
 */
public record Wording(
        Template template, Opening opening, boolean sizes, boolean ground, List<Integer> nouns, int synonym) {
    /** How often, in percent, a caption is plain: its first template with nothing added. */
    private static final int PLAIN = 45;

    public Wording {
        nouns = List.copyOf(nouns);
    }

    /** The shapes of the sentence. */
    public enum Template {
        /** "A", or "A, B and C". */
        LIST,
        /** "A on the left". */
        AT_PLACE,
        /** "A to the left of B". */
        RELATION,
        /** "B to the right of A". */
        OPPOSITE,
        /** "B with A on its left". */
        WITH,
        /** "A on the left and B on the right". */
        SIDES,
        /** "A next to B". */
        NEXT_TO,
        /** "A, B and C in a row from left to right". */
        ROW,
        /** "from left to right, A, B and C". */
        FROM_LEFT,
        /** "B between A and C". */
        BETWEEN
    }

    /** What comes before the sentence. */
    public enum Opening {
        NONE(""),
        PICTURE("a picture of "),
        IMAGE("an image of "),
        RENDERING("a 3d rendering of "),
        THERE("there is ");

        private final String words;

        Opening(String words) {
            this.words = words;
        }

        /** Returns the words, with a space after them if there are any. */
        String words() {
            return words;
        }
    }

    /** Returns the plainest wording of an arrangement. */
    public static Wording plain(Arrangement arrangement) {
        return new Wording(templates(arrangement).getFirst(), Opening.NONE, false, false, List.of(0, 0, 0), 0);
    }

    /** Draws the wording for a scene's arrangement. */
    static Wording draw(Arrangement arrangement, RandomGenerator random) {
        if (random.nextInt(100) < PLAIN) {
            return plain(arrangement);
        }
        List<Template> templates = templates(arrangement);
        boolean first = random.nextBoolean() || templates.size() == 1;
        Template template = templates.get(first ? 0 : 1 + random.nextInt(templates.size() - 1));
        boolean opened = random.nextInt(100) < 25;
        Opening opening = opened ? Opening.values()[1 + random.nextInt(Opening.values().length - 1)] : Opening.NONE;
        boolean sizes = random.nextInt(100) < 40;
        boolean ground = random.nextInt(100) < 35;
        List<Integer> nouns = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            nouns.add(random.nextInt(100) < 25 ? 1 + random.nextInt(2) : 0);
        }
        int synonym = random.nextInt(100) < 30 ? 1 : 0;
        return new Wording(template, opening, sizes, ground, nouns, synonym);
    }

    /** Returns the templates that can word an arrangement, the plainest first. */
    private static List<Template> templates(Arrangement arrangement) {
        return switch (arrangement) {
            case Arrangement.Anywhere() -> List.of(Template.LIST);
            case Arrangement.At at -> List.of(Template.AT_PLACE, Template.LIST);
            case Arrangement.Pair(Relation relation)
            when relation.sideways() ->
                List.of(
                        Template.RELATION,
                        Template.OPPOSITE,
                        Template.WITH,
                        Template.SIDES,
                        Template.NEXT_TO,
                        Template.LIST);
            case Arrangement.Pair pair -> List.of(Template.RELATION, Template.OPPOSITE, Template.WITH, Template.LIST);
            case Arrangement.Row row -> List.of(Template.ROW, Template.FROM_LEFT, Template.BETWEEN, Template.LIST);
            case Arrangement.Between between -> List.of(Template.BETWEEN);
        };
    }
}
