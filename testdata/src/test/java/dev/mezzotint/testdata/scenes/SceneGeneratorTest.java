package dev.mezzotint.testdata.scenes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SceneGeneratorTest {
    private static final int SCENES = 1200;

    private static List<SceneGenerator.Described> draw(Split split) {
        SceneGenerator generator = new SceneGenerator(split, 11);
        return LongStream.range(0, SCENES).mapToObj(generator::describe).toList();
    }

    @Test
    void sameSeedAndIndexGiveTheSameScene() {
        SceneGenerator first = new SceneGenerator(Split.TRAIN, 3);
        SceneGenerator second = new SceneGenerator(Split.TRAIN, 3);
        second.describe(7);
        for (long index : new long[] {0, 1, 99, Long.MAX_VALUE}) {
            assertEquals(first.describe(index), second.describe(index));
        }
        assertNotEquals(first.scene(0), first.scene(1));
        assertNotEquals(first.scene(0), new SceneGenerator(Split.TRAIN, 4).scene(0));
    }

    @Test
    void trainingNeverHoldsAHeldOutPairAndTheOtherSplitAlwaysDoes() {
        Set<Appearance> trained = new HashSet<>();
        draw(Split.TRAIN).forEach(drawn -> drawn.scene().objects().forEach(object -> trained.add(object.appearance())));
        assertEquals(Set.copyOf(Appearance.of(Split.TRAIN)), trained);
        Set<Appearance> heldOut = new HashSet<>();
        for (SceneGenerator.Described drawn : draw(Split.HELDOUT)) {
            assertTrue(drawn.scene().holdsHeldOut());
            drawn.scene().objects().forEach(object -> heldOut.add(object.appearance()));
        }
        assertEquals(Set.copyOf(Appearance.all()), heldOut);
    }

    @ParameterizedTest
    @EnumSource
    void layoutsShowWhatTheySay(Split split) {
        for (SceneGenerator.Described drawn : draw(split)) {
            Scene scene = drawn.scene();
            for (int k = 0; k < scene.objects().size(); k++) {
                Footprint outline = scene.footprints().get(k);
                double across = 64 * Math.max(outline.width(), outline.height());
                boolean small = scene.objects().get(k).size() == Size.SMALL;
                assertTrue(small ? across >= 12 && across <= 19 : across >= 20, scene + "");
                assertTrue(outline.visible() >= 0.6);
                assertTrue(outline.x() - outline.width() / 2 > 0 && outline.x() + outline.width() / 2 < 1);
                assertTrue(outline.y() - outline.height() / 2 > 0 && outline.y() + outline.height() / 2 < 1);
            }
            if (scene.arrangement() instanceof Arrangement.Pair(Relation relation)) {
                Footprint a = scene.footprints().get(0);
                Footprint b = scene.footprints().get(1);
                double dx = 64 * (a.x() - b.x());
                double dy = 64 * (a.y() - b.y());
                switch (relation) {
                    case LEFT_OF -> assertTrue(dx <= -14);
                    case RIGHT_OF -> assertTrue(dx >= 14);
                    case IN_FRONT_OF -> assertTrue(dy >= 4 && Math.abs(dx) < 14, dx + ", " + dy);
                    case BEHIND -> assertTrue(dy <= -4 && Math.abs(dx) < 14, dx + ", " + dy);
                }
                assertFalse(relation.opposite().holds(a, b));
                assertTrue(relation.opposite().holds(b, a));
            }
            if (scene.arrangement() instanceof Arrangement.Row) {
                assertTrue(64
                                * (scene.footprints().get(1).x()
                                        - scene.footprints().get(0).x())
                        >= 14);
                assertTrue(64
                                * (scene.footprints().get(2).x()
                                        - scene.footprints().get(1).x())
                        >= 14);
            }
        }
    }

    @Test
    void objectsDoNotTouch() {
        for (SceneGenerator.Described drawn : draw(Split.TRAIN)) {
            List<SceneObject> objects = drawn.scene().objects();
            for (int i = 1; i < objects.size(); i++) {
                SceneObject a = objects.get(i - 1);
                SceneObject b = objects.get(i);
                assertTrue(Math.hypot(a.x() - b.x(), a.z() - b.z()) > a.reach() + b.reach());
            }
        }
    }

    @Test
    void relationsAndSizesAreBalancedAndThePlainFormIsTheMostCommon() {
        Map<String, Integer> forms = new HashMap<>();
        Map<Arrangement, Integer> arrangements = new HashMap<>();
        int large = 0;
        int pairs = 0;
        for (SceneGenerator.Described drawn : draw(Split.TRAIN)) {
            Wording wording = drawn.wording();
            int count = drawn.scene().objects().size();
            forms.merge(count + " " + wording, 1, Integer::sum);
            if (drawn.scene().arrangement() instanceof Arrangement.Pair pair) {
                pairs++;
                arrangements.merge(pair, 1, Integer::sum);
                large += drawn.scene().objects().get(0).size() == Size.LARGE ? 1 : 0;
            }
        }
        String plain = "2 " + Wording.plain(new Arrangement.Pair(Relation.LEFT_OF));
        int most = forms.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
        assertEquals(most, forms.get(plain));
        for (Relation relation : Relation.values()) {
            double share = arrangements.get(new Arrangement.Pair(relation)) / (double) pairs;
            assertTrue(share > 0.19 && share < 0.31, relation + " has a share of " + share);
        }
        assertTrue(large > 0.35 * pairs && large < 0.65 * pairs);
    }
}
