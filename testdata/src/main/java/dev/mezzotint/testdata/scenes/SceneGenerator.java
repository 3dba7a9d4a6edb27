package dev.mezzotint.testdata.scenes;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Draws scenes: the same seed, split and index give the same scene on every machine. Layouts that do not show what they
 * should (an object hidden, cut off or touching another) are drawn again, with the same objects and arrangement, so
 * that what a picture holds is not biased by what is easy to lay out.
 */
public final class SceneGenerator {
    private static final int LAYOUTS_PER_SIZES = 200;
    private static final int MAX_SIZES = 100;

    /** What an index's random numbers are for: each purpose has its own, so that one can change without the others. */
    static final int LAYOUT = 1;

    static final int WORDING = 2;
    static final int NEGATIVES = 3;

    private final Split split;
    private final long seed;

    /**
     * Creates a generator.
     *
     * @param split which pairs of colour and shape may occur
     * @param seed any number; each gives another sequence of scenes
     */
    public SceneGenerator(Split split, long seed) {
        this.split = split;
        this.seed = seed;
    }

    /** A scene and how its caption is worded. */
    public record Described(Scene scene, Wording wording) {
        /** Returns the caption. */
        public String caption() {
            return CaptionWriter.caption(scene, wording);
        }
    }

    /** Draws the scene of an index, and the wording of its caption. */
    public Described describe(long index) {
        Scene scene = scene(index);
        return new Described(scene, Wording.draw(scene.arrangement(), random(index, WORDING)));
    }

    /** Draws the scene of an index. */
    public Scene scene(long index) {
        SplittableRandom random = random(index, LAYOUT);
        int share = random.nextInt(100);
        int count = share < 30 ? 1 : share < 84 ? 2 : 3;
        List<Appearance> appearances = appearances(count, random);
        Arrangement arrangement = arrangement(count, random);
        Ground ground = Ground.values()[random.nextInt(Ground.values().length)];
        int grain = random.nextInt();
        Light light = new Light(random.nextDouble(-0.95, -0.65), 1.15, random.nextDouble(0.25, 0.55));
        for (int attempt = 0; attempt < MAX_SIZES; attempt++) {
            List<Size> sizes = sizes(count, random);
            for (int layout = 0; layout < LAYOUTS_PER_SIZES; layout++) {
                Camera camera = Layout.camera(count, random);
                List<SceneObject> objects = Layout.propose(appearances, sizes, arrangement, random);
                if (!Layout.apart(objects)) {
                    continue;
                }
                List<Footprint> outlines = Outlines.measure(objects, camera);
                if (Layout.shows(objects, outlines, arrangement)) {
                    return new Scene(objects, outlines, arrangement, ground, grain, camera, light);
                }
            }
        }
        throw new IllegalStateException("no layout shows " + appearances + " as " + arrangement + " at index " + index
                + " of seed " + seed + "; widen the ranges in Layout");
    }

    /** Returns the random numbers of an index for one purpose. */
    SplittableRandom random(long index, int purpose) {
        return new SplittableRandom(mix(mix(mix(seed) + 2 * split.ordinal() + purpose * 0x9E37L) + index));
    }

    /** The finaliser of MurmurHash3 as improved by Stafford (variant 13). */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    private List<Appearance> appearances(int count, RandomGenerator random) {
        List<Appearance> drawn = new ArrayList<>();
        int heldOutSlot = split == Split.HELDOUT ? random.nextInt(count) : -1;
        while (drawn.size() < count) {
            List<Appearance> from = split == Split.TRAIN
                    ? Appearance.of(Split.TRAIN)
                    : drawn.size() == heldOutSlot ? Appearance.of(Split.HELDOUT) : Appearance.all();
            Appearance next = from.get(random.nextInt(from.size()));
            // Two objects alike could not be told apart by a caption.
            if (!drawn.contains(next)) {
                drawn.add(next);
            }
        }
        return drawn;
    }

    private static Arrangement arrangement(int count, RandomGenerator random) {
        int choice = random.nextInt(60);
        return switch (count) {
            case 1 -> choice < 24 ? new Arrangement.Anywhere() : new Arrangement.At(Place.values()[(choice - 24) / 12]);
            case 2 -> new Arrangement.Pair(Relation.values()[choice / 15]);
            default -> new Arrangement.Row();
        };
    }

    /** Draws sizes; of three objects at most one is large, since no more fit side by side. */
    private static List<Size> sizes(int count, RandomGenerator random) {
        List<Size> sizes = new ArrayList<>();
        int only = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            boolean large = count == 3 ? i == only : random.nextBoolean();
            sizes.add(large ? Size.LARGE : Size.SMALL);
        }
        return sizes;
    }
}
