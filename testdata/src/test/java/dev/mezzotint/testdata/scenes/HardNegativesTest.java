package dev.mezzotint.testdata.scenes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class HardNegativesTest {
    private static final Pattern PLAIN_PAIR =
            Pattern.compile("an? (\\w+) (\\w+) (to the left of|to the right of|in front of|behind) an? (\\w+) (\\w+)");

    @Test
    void everyNegativeIsWordedDifferentlyAndThereAreAtLeastTwo() {
        for (Split split : Split.values()) {
            SceneGenerator generator = new SceneGenerator(split, 8);
            for (int i = 0; i < 600; i++) {
                SceneGenerator.Described drawn = generator.describe(i);
                List<String> negatives = HardNegatives.of(drawn.scene(), drawn.wording(), new SplittableRandom(i));
                assertTrue(negatives.size() >= 2, drawn.caption());
                assertFalse(negatives.contains(drawn.caption()));
                assertEquals(negatives.size(), new HashSet<>(negatives).size());
            }
        }
    }

    /** Reads plain captions back with a parser of its own and looks them up in the scene's coordinates. */
    @Test
    void plainNegativesOfPairsAreFalse() {
        SceneGenerator generator = new SceneGenerator(Split.TRAIN, 9);
        int checked = 0;
        for (int i = 0; i < 400; i++) {
            Scene scene = generator.scene(i);
            if (scene.objects().size() != 2) {
                continue;
            }
            Wording wording = Wording.plain(scene.arrangement());
            assertTrue(isTrue(CaptionWriter.caption(scene, wording), scene));
            for (String negative : HardNegatives.of(scene, wording, new SplittableRandom(i))) {
                assertFalse(isTrue(negative, scene), negative);
                checked++;
            }
        }
        assertTrue(checked > 800);
    }

    private static boolean isTrue(String caption, Scene scene) {
        Matcher matcher = PLAIN_PAIR.matcher(caption);
        assertTrue(matcher.matches(), caption);
        for (int first = 0; first < 2; first++) {
            SceneObject a = scene.objects().get(first);
            SceneObject b = scene.objects().get(1 - first);
            boolean named = is(a, matcher.group(1), matcher.group(2)) && is(b, matcher.group(4), matcher.group(5));
            double dx = a.x() - b.x();
            double dz = a.z() - b.z();
            boolean placed = switch (matcher.group(3)) {
                case "to the left of" -> dx < -Math.abs(dz);
                case "to the right of" -> dx > Math.abs(dz);
                case "in front of" -> dz > Math.abs(dx);
                default -> dz < -Math.abs(dx);
            };
            if (named && placed) {
                return true;
            }
        }
        return false;
    }

    private static boolean is(SceneObject object, String hue, String shape) {
        return object.hue() == Hue.valueOf(hue.toUpperCase(Locale.ROOT))
                && object.shape() == ShapeKind.valueOf(shape.toUpperCase(Locale.ROOT));
    }

    @Test
    void trainingNegativesNameNoHeldOutPair() {
        SceneGenerator generator = new SceneGenerator(Split.TRAIN, 10);
        for (int i = 0; i < 600; i++) {
            SceneGenerator.Described drawn = generator.describe(i);
            for (String negative : HardNegatives.of(drawn.scene(), drawn.wording(), new SplittableRandom(i))) {
                for (Appearance heldOut : Appearance.of(Split.HELDOUT)) {
                    for (String noun : heldOut.shape().nouns()) {
                        assertFalse(negative.contains(heldOut.hue().word() + " " + noun), negative);
                    }
                }
            }
        }
    }

    @Test
    void sameRandomNumbersGiveTheSameNegatives() {
        SceneGenerator.Described drawn = new SceneGenerator(Split.TRAIN, 1).describe(4);
        assertEquals(
                HardNegatives.of(drawn.scene(), drawn.wording(), new SplittableRandom(1)),
                HardNegatives.of(drawn.scene(), drawn.wording(), new SplittableRandom(1)));
    }
}
