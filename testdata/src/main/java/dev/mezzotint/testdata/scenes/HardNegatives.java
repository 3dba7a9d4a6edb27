package dev.mezzotint.testdata.scenes;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * Wrong captions that differ from the right one in as little as possible: colours or shapes swapped, a relation turned
 * round, one word replaced. Each is worded like the right one and is false of the scene. Held-out pairs of colour and
 * shape are named only for scenes that hold one.
 */
public final class HardNegatives {
    private HardNegatives() {}

    /**
     * Returns false captions of a scene, in random order.
     *
     * @param scene the scene of which they are false
     * @param wording how its caption is worded
     * @param random draws which words are replaced, and the order
     * @return distinct captions, none of them the right one; at least two
     */
    public static List<String> of(Scene scene, Wording wording, RandomGenerator random) {
        Claim truth = CaptionWriter.claim(scene, wording);
        List<Claim> candidates = new ArrayList<>();
        swap(truth, candidates);
        rearrange(truth, candidates);
        // A held-out pair that only ever stood in false captions would be learnt as false.
        Predicate<Appearance> permitted = look -> scene.holdsHeldOut() || !look.isHeldOut();
        replace(truth, permitted, random, candidates);
        Set<String> captions = new LinkedHashSet<>();
        while (!candidates.isEmpty()) {
            Claim candidate = candidates.remove(random.nextInt(candidates.size()));
            boolean fair = candidate.objects().stream().allMatch(thing -> permitted.test(thing.appearance()));
            if (fair && !candidate.holds(scene)) {
                captions.add(CaptionWriter.write(candidate, wording));
            }
        }
        return List.copyOf(captions);
    }

    private static void swap(Claim truth, List<Claim> into) {
        for (int i = 0; i < truth.objects().size(); i++) {
            for (int j = 0; j < i; j++) {
                Claim.Thing a = truth.objects().get(i);
                Claim.Thing b = truth.objects().get(j);
                Appearance mixed =
                        new Appearance(a.appearance().hue(), b.appearance().shape());
                Appearance other =
                        new Appearance(b.appearance().hue(), a.appearance().shape());
                // Colours swapped, shapes swapped, and both.
                into.add(with(with(truth, i, new Claim.Thing(other, a.size())), j, new Claim.Thing(mixed, b.size())));
                into.add(with(with(truth, i, new Claim.Thing(mixed, a.size())), j, new Claim.Thing(other, b.size())));
                into.add(with(with(truth, i, b), j, a));
            }
        }
    }

    private static void rearrange(Claim truth, List<Claim> into) {
        switch (truth.arrangement()) {
            case Arrangement.Pair(Relation relation) ->
                into.add(new Claim(truth.objects(), new Arrangement.Pair(relation.opposite()), truth.ground()));
            case Arrangement.At(Place place) -> {
                for (Place other : Place.values()) {
                    if (other != place) {
                        into.add(new Claim(truth.objects(), new Arrangement.At(other), truth.ground()));
                    }
                }
            }
            case Arrangement.Row row ->
                into.add(new Claim(truth.objects().reversed(), truth.arrangement(), truth.ground()));
            case Arrangement.Anywhere anywhere -> {}
            case Arrangement.Between between -> {}
        }
    }

    private static void replace(
            Claim truth, Predicate<Appearance> permitted, RandomGenerator random, List<Claim> into) {
        for (int i = 0; i < truth.objects().size(); i++) {
            Claim.Thing thing = truth.objects().get(i);
            Appearance is = thing.appearance();
            Appearance recoloured = draw(
                    other -> permitted.test(other) && other.shape() == is.shape() && other.hue() != is.hue(), random);
            Appearance reshaped = draw(
                    other -> permitted.test(other) && other.hue() == is.hue() && other.shape() != is.shape(), random);
            into.add(with(truth, i, new Claim.Thing(recoloured, thing.size())));
            into.add(with(truth, i, new Claim.Thing(reshaped, thing.size())));
            if (thing.size().isPresent()) {
                Size size = another(thing.size().get(), Size.values(), random);
                into.add(with(truth, i, new Claim.Thing(thing.appearance(), Optional.of(size))));
            }
        }
        if (truth.ground().isPresent()) {
            Ground ground = another(truth.ground().get(), Ground.values(), random);
            into.add(new Claim(truth.objects(), truth.arrangement(), Optional.of(ground)));
        }
    }

    private static Appearance draw(Predicate<Appearance> permitted, RandomGenerator random) {
        List<Appearance> from = Appearance.all().stream().filter(permitted).toList();
        return from.get(random.nextInt(from.size()));
    }

    private static <T extends Enum<T>> T another(T value, T[] values, RandomGenerator random) {
        return values[(value.ordinal() + 1 + random.nextInt(values.length - 1)) % values.length];
    }

    private static Claim with(Claim claim, int index, Claim.Thing thing) {
        List<Claim.Thing> things = new ArrayList<>(claim.objects());
        things.set(index, thing);
        return new Claim(things, claim.arrangement(), claim.ground());
    }
}
