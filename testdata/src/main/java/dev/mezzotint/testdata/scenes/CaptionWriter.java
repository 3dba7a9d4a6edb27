package dev.mezzotint.testdata.scenes;

import java.util.List;
import java.util.Optional;

/** Puts claims into words. The caption of a scene says nothing that is not clearly true of its picture. */
public final class CaptionWriter {
    private CaptionWriter() {}

    /** Returns the caption of a scene. */
    public static String caption(Scene scene, Wording wording) {
        return write(claim(scene, wording), wording);
    }

    /** Returns what the caption of a scene says in the given wording. */
    public static Claim claim(Scene scene, Wording wording) {
        List<Claim.Thing> things = scene.objects().stream()
                .map(object -> new Claim.Thing(
                        object.appearance(), wording.sizes() ? Optional.of(object.size()) : Optional.empty()))
                .toList();
        Optional<Ground> ground = wording.ground() ? Optional.of(scene.ground()) : Optional.empty();
        return switch (wording.template()) {
            case LIST, NEXT_TO -> new Claim(things, new Arrangement.Anywhere(), ground);
            case BETWEEN ->
                new Claim(List.of(things.get(1), things.get(0), things.get(2)), new Arrangement.Between(), ground);
            case AT_PLACE, RELATION, OPPOSITE, WITH, SIDES, ROW, FROM_LEFT ->
                new Claim(things, scene.arrangement(), ground);
        };
    }

    /**
     * Puts a claim into words.
     *
     * @throws IllegalArgumentException if the wording's template cannot say what the claim's arrangement is
     */
    public static String write(Claim claim, Wording wording) {
        String[] things = new String[claim.objects().size()];
        for (int i = 0; i < things.length; i++) {
            things[i] = thing(claim.objects().get(i), wording.nouns().get(i), wording.synonym());
        }
        String sentence = wording.opening().words() + sentence(claim, things, wording);
        if (claim.ground().isEmpty()) {
            return sentence;
        }
        boolean afterPlace = switch (wording.template()) {
            case AT_PLACE, WITH, SIDES, ROW -> true;
            case LIST, RELATION, OPPOSITE, NEXT_TO, FROM_LEFT, BETWEEN -> false;
        };
        return sentence
                + (afterPlace ? ", on " : " on ")
                + pick(claim.ground().get().phrases(), wording.synonym());
    }

    private static String sentence(Claim claim, String[] things, Wording wording) {
        return switch (wording.template()) {
            case LIST -> list(things);
            case NEXT_TO -> things[0] + " next to " + things[1];
            case AT_PLACE -> things[0] + " " + pick(place(claim).phrases(), wording.synonym());
            case RELATION -> things[0] + " " + relation(claim).phrase() + " " + things[1];
            case OPPOSITE -> things[1] + " " + relation(claim).opposite().phrase() + " " + things[0];
            case WITH ->
                things[1] + " with " + things[0] + " " + relation(claim).besideIt();
            case SIDES ->
                relation(claim) == Relation.LEFT_OF
                        ? things[0] + " on the left and " + things[1] + " on the right"
                        : things[1] + " on the left and " + things[0] + " on the right";
            case ROW -> list(things) + " in a row from left to right";
            case FROM_LEFT -> "from left to right, " + list(things);
            case BETWEEN -> things[0] + " between " + things[1] + " and " + things[2];
        };
    }

    private static Place place(Claim claim) {
        if (claim.arrangement() instanceof Arrangement.At(Place place)) {
            return place;
        }
        throw new IllegalArgumentException(
                "AT_PLACE words an arrangement At, not " + claim.arrangement() + "; choose another template");
    }

    private static Relation relation(Claim claim) {
        if (claim.arrangement() instanceof Arrangement.Pair(Relation relation)) {
            return relation;
        }
        throw new IllegalArgumentException("a template of relations words an arrangement Pair, not "
                + claim.arrangement() + "; choose another template");
    }

    private static String thing(Claim.Thing thing, int noun, int synonym) {
        String words =
                thing.size().map(size -> pick(size.adjectives(), synonym) + " ").orElse("")
                        + thing.appearance().hue().word()
                        + " "
                        + pick(thing.appearance().shape().nouns(), noun);
        return (words.startsWith("orange") ? "an " : "a ") + words;
    }

    private static String list(String[] things) {
        return switch (things.length) {
            case 1 -> things[0];
            case 2 -> things[0] + " and " + things[1];
            default -> things[0] + ", " + things[1] + " and " + things[2];
        };
    }

    private static String pick(List<String> words, int choice) {
        return words.get(Math.min(choice, words.size() - 1));
    }
}
