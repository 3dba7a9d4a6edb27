package dev.mezzotint.testdata.scenes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Lists of prompts by which a model is judged, in the captions' plainest wording; the same arguments give the
 * same list.
 */
public final class PromptSuite {
    private PromptSuite() {}

    /** Returns prompts for one object out of the training pairs; see {@link #oneObject(int, long, Split)}. */
    public static List<EvaluationPrompt> oneObject(int count, long seed) {
        return oneObject(count, seed, Split.TRAIN);
    }

    /**
     * Returns prompts for one object, every other one with a place. Every pair of colour and shape comes once
     * before any comes again.
     *
     * @param count number of prompts, from 0
     * @param seed any number
     * @param split the pairs to ask for
     * @throws IllegalArgumentException if the count is negative
     */
    public static List<EvaluationPrompt> oneObject(int count, long seed, Split split) {
        check(count);
        SplittableRandom random = new SplittableRandom(seed);
        Deck<Appearance> looks = new Deck<>(Appearance.of(split), random);
        Deck<Place> places = new Deck<>(List.of(Place.values()), random);
        List<EvaluationPrompt> prompts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Optional<Place> place = i % 2 == 0 ? Optional.empty() : Optional.of(places.next());
            Arrangement arrangement =
                    place.<Arrangement>map(Arrangement.At::new).orElse(new Arrangement.Anywhere());
            List<Appearance> objects = List.of(looks.next());
            prompts.add(new EvaluationPrompt(text(objects, arrangement), objects, Optional.empty(), place));
        }
        return List.copyOf(prompts);
    }

    /** Returns prompts for two objects out of the training pairs; see {@link #twoObjects(int, long, Split)}. */
    public static List<EvaluationPrompt> twoObjects(int count, long seed) {
        return twoObjects(count, seed, Split.TRAIN);
    }

    /**
     * Returns prompts for two objects in a relation, relations in equal shares. Of the held-out split the objects
     * are one held-out and one training pair, in either order; colours and shapes of the two always differ, so that
     * a picture that mixes them up can be told.
     *
     * @param count number of prompts, from 0
     * @param seed any number
     * @param split the pairs to ask for
     * @throws IllegalArgumentException if the count is negative
     */
    public static List<EvaluationPrompt> twoObjects(int count, long seed, Split split) {
        check(count);
        SplittableRandom random = new SplittableRandom(seed);
        Deck<Appearance> looks = new Deck<>(Appearance.of(split), random);
        Deck<Appearance> others = new Deck<>(Appearance.of(Split.TRAIN), random);
        Deck<Relation> relations = new Deck<>(List.of(Relation.values()), random);
        List<EvaluationPrompt> prompts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Appearance look = looks.next();
            Appearance other = others.next();
            while (other.hue() == look.hue() || other.shape() == look.shape()) {
                other = others.next();
            }
            List<Appearance> objects = random.nextBoolean() ? List.of(look, other) : List.of(other, look);
            Relation relation = relations.next();
            String text = text(objects, new Arrangement.Pair(relation));
            prompts.add(new EvaluationPrompt(text, objects, Optional.of(relation), Optional.empty()));
        }
        return List.copyOf(prompts);
    }

    private static String text(List<Appearance> objects, Arrangement arrangement) {
        List<Claim.Thing> things = objects.stream()
                .map(look -> new Claim.Thing(look, Optional.empty()))
                .toList();
        return CaptionWriter.write(new Claim(things, arrangement, Optional.empty()), Wording.plain(arrangement));
    }

    private static void check(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("a prompt suite has 0 or more prompts, not " + count);
        }
    }

    /** Cards dealt in random order and shuffled anew when all are dealt. */
    private static final class Deck<T> {
        private final List<T> cards;
        private final List<T> left = new ArrayList<>();
        private final RandomGenerator random;

        Deck(List<T> cards, RandomGenerator random) {
            this.cards = cards;
            this.random = random;
        }

        T next() {
            if (left.isEmpty()) {
                left.addAll(cards);
            }
            return left.remove(random.nextInt(left.size()));
        }
    }
}
