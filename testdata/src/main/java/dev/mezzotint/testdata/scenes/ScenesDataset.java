package dev.mezzotint.testdata.scenes;

import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.Example;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Scenes drawn as they are asked for; nothing is stored. Thread-safe.
 *
 * <p>Each example's attributes hold its truth: {@code count}, {@code ground}, {@code arrangement} (place for one
 * object: {@code free}, {@code left}, {@code middle}, {@code right}; relation of object 0 to object 1 for two;
 * {@code row} for three), {@code relation} for two objects, {@code place} for one that was put at one, {@code
 * heldout}, {@code template}, and for each object k from 0 {@code shape.k}, {@code hue.k}, {@code size.k}, the
 * centre {@code x.k}, {@code y.k} and extent {@code w.k}, {@code h.k} of its box in fractions of the picture, {@code
 * base.k} for the height at which it stands on the ground, and {@code visible.k}. Wanted numbers of false captions stand in {@code negative.0}, {@code negative.1} and so on;
 * there may be fewer.
 */
public final class ScenesDataset implements CaptionedDataset {
    private final SceneGenerator generator;
    private final SceneRenderer renderer = new SceneRenderer();
    private final int pictureSize;
    private final long count;
    private final int negatives;

    /**
     * Creates a data set.
     *
     * @param generator draws the scenes
     * @param pictureSize width and height of the pictures in pixels, from 8 to 4096
     * @param count number of examples, at least 1
     * @param negatives most false captions per example, from 0
     * @throws IllegalArgumentException if a number is out of range
     */
    public ScenesDataset(SceneGenerator generator, int pictureSize, long count, int negatives) {
        if (pictureSize < 8 || pictureSize > 4096) {
            throw new IllegalArgumentException("scenes: size is " + pictureSize + " pixels; give one from 8 to 4096");
        }
        if (count < 1) {
            throw new IllegalArgumentException("scenes: count is " + count + "; give at least 1");
        }
        if (negatives < 0) {
            throw new IllegalArgumentException("scenes: negatives is " + negatives + "; give 0 or more");
        }
        this.generator = generator;
        this.pictureSize = pictureSize;
        this.count = count;
        this.negatives = negatives;
    }

    @Override
    public long size() {
        return count;
    }

    /**
     * Draws an example.
     *
     * @throws IndexOutOfBoundsException if the index is not from 0 to size − 1
     */
    @Override
    public Example example(long index) {
        if (index < 0 || index >= count) {
            throw new IndexOutOfBoundsException(
                    "scenes: there is no example " + index + "; give an index from 0 to " + (count - 1));
        }
        SceneGenerator.Described described = generator.describe(index);
        Map<String, String> attributes = attributes(described);
        if (negatives > 0) {
            List<String> wrong = HardNegatives.of(
                    described.scene(), described.wording(), generator.random(index, SceneGenerator.NEGATIVES));
            for (int i = 0; i < Math.min(negatives, wrong.size()); i++) {
                attributes.put("negative." + i, wrong.get(i));
            }
        }
        return new Example(renderer.render(described.scene(), pictureSize), described.caption(), attributes);
    }

    private static Map<String, String> attributes(SceneGenerator.Described described) {
        Scene scene = described.scene();
        Map<String, String> attributes = new LinkedHashMap<>();
        attributes.put("count", Integer.toString(scene.objects().size()));
        attributes.put("ground", scene.ground().word());
        attributes.put("heldout", Boolean.toString(scene.holdsHeldOut()));
        attributes.put("template", described.wording().template().name());
        switch (scene.arrangement()) {
            case Arrangement.Anywhere anywhere -> attributes.put("arrangement", "free");
            case Arrangement.At(Place place) -> {
                attributes.put("arrangement", place.word());
                attributes.put("place", place.word());
            }
            case Arrangement.Pair(Relation relation) -> {
                attributes.put("arrangement", relation.word());
                attributes.put("relation", relation.word());
            }
            case Arrangement.Row row -> attributes.put("arrangement", "row");
            case Arrangement.Between between -> attributes.put("arrangement", "between");
        }
        for (int k = 0; k < scene.objects().size(); k++) {
            SceneObject object = scene.objects().get(k);
            Footprint outline = scene.footprints().get(k);
            attributes.put("shape." + k, object.shape().word());
            attributes.put("hue." + k, object.hue().word());
            attributes.put("size." + k, object.size().word());
            attributes.put("x." + k, Double.toString(outline.x()));
            attributes.put("y." + k, Double.toString(outline.y()));
            attributes.put("w." + k, Double.toString(outline.width()));
            attributes.put("h." + k, Double.toString(outline.height()));
            attributes.put("base." + k, Double.toString(outline.base()));
            attributes.put("visible." + k, Double.toString(outline.visible()));
        }
        return attributes;
    }
}
