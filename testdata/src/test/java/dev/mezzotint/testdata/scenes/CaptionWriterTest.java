package dev.mezzotint.testdata.scenes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CaptionWriterTest {
    private static final Claim.Thing RED_SPHERE =
            new Claim.Thing(new Appearance(Hue.RED, ShapeKind.SPHERE), Optional.empty());
    private static final Claim.Thing ORANGE_RING =
            new Claim.Thing(new Appearance(Hue.ORANGE, ShapeKind.TORUS), Optional.of(Size.LARGE));

    private static String write(Wording.Template template, Relation relation) {
        Claim claim =
                new Claim(List.of(RED_SPHERE, ORANGE_RING), new Arrangement.Pair(relation), Optional.of(Ground.GRASS));
        return CaptionWriter.write(
                claim, new Wording(template, Wording.Opening.PICTURE, true, true, List.of(0, 1, 0), 0));
    }

    @Test
    void templatesSayTheRelationFromEitherSide() {
        assertEquals(
                "a picture of a red sphere to the left of a large orange ring on grass",
                write(Wording.Template.RELATION, Relation.LEFT_OF));
        assertEquals(
                "a picture of a large orange ring behind a red sphere on grass",
                write(Wording.Template.OPPOSITE, Relation.IN_FRONT_OF));
        assertEquals(
                "a picture of a large orange ring with a red sphere on its right, on grass",
                write(Wording.Template.WITH, Relation.RIGHT_OF));
        assertEquals(
                "a picture of a large orange ring on the left and a red sphere on the right, on grass",
                write(Wording.Template.SIDES, Relation.RIGHT_OF));
    }

    @Test
    void articleFollowsTheNextWord() {
        Claim claim = new Claim(
                List.of(new Claim.Thing(ORANGE_RING.appearance(), Optional.empty())),
                new Arrangement.Anywhere(),
                Optional.empty());
        assertEquals("an orange torus", CaptionWriter.write(claim, Wording.plain(claim.arrangement())));
    }

    @Test
    void everyCaptionNamesWhatTheSceneHoldsAndIsTrue() {
        SceneGenerator generator = new SceneGenerator(Split.TRAIN, 1);
        Set<Wording.Template> used = EnumSet.noneOf(Wording.Template.class);
        Set<String> vocabulary = new HashSet<>();
        for (int i = 0; i < 1500; i++) {
            SceneGenerator.Described drawn = generator.describe(i);
            String caption = drawn.caption();
            List<String> words = List.of(caption.replace(",", "").split(" "));
            for (SceneObject object : drawn.scene().objects()) {
                assertTrue(words.contains(object.hue().word()), caption);
                assertTrue(object.shape().nouns().stream().anyMatch(words::contains), caption);
            }
            assertFalse(caption.contains("a orange") || caption.contains("  "), caption);
            assertTrue(CaptionWriter.claim(drawn.scene(), drawn.wording()).holds(drawn.scene()), caption);
            used.add(drawn.wording().template());
            vocabulary.addAll(words);
        }
        assertEquals(EnumSet.allOf(Wording.Template.class), used);
        assertTrue(vocabulary.size() >= 50 && vocabulary.size() <= 120, vocabulary.size() + " words");
    }

    @Test
    void templateThatCannotSayTheArrangementIsRefused() {
        Claim claim = new Claim(List.of(RED_SPHERE), new Arrangement.Anywhere(), Optional.empty());
        Wording wording = Wording.plain(new Arrangement.At(Place.LEFT));
        assertThrows(IllegalArgumentException.class, () -> CaptionWriter.write(claim, wording));
    }
}
