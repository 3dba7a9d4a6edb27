package dev.mezzotint.diffusion.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictTest {
    private static final Map<String, String> CUBE = Map.of("count", "1", "shape.0", "cube", "hue.0", "red");
    private static final Map<String, String> PAIR =
            Map.of("count", "2", "shape.0", "cube", "hue.0", "red", "shape.1", "cone", "hue.1", "blue");

    private static Sighting at(String shape, String hue, double x, double base) {
        return new Sighting(shape, hue, x, 0.1, base, 0.9);
    }

    private static Map<String, String> with(Map<String, String> truth, String key, String value) {
        Map<String, String> more = new HashMap<>(truth);
        more.put(key, value);
        return more;
    }

    @Test
    void oneObjectMustBeRightInShapeAndColourAndAlone() {
        Sighting cube = at("cube", "red", 0.5, 0.5);
        assertTrue(Verdict.of(CUBE, List.of(cube)).right());
        assertFalse(Verdict.of(CUBE, List.of()).objects());
        assertFalse(Verdict.of(CUBE, List.of(at("cube", "blue", 0.5, 0.5))).objects());
        assertFalse(Verdict.of(CUBE, List.of(at("cone", "red", 0.5, 0.5))).objects());
        assertFalse(
                Verdict.of(CUBE, List.of(cube, at("cone", "blue", 0.2, 0.5))).right());
        assertFalse(Verdict.of(CUBE, List.of(cube, at("cube", "red", 0.2, 0.5))).right());
    }

    @Test
    void exchangedColoursAreWrong() {
        List<Sighting> exchanged = List.of(at("cube", "blue", 0.2, 0.5), at("cone", "red", 0.8, 0.5));
        assertFalse(Verdict.of(PAIR, exchanged).objects());
        List<Sighting> right = List.of(at("cone", "blue", 0.8, 0.5), at("cube", "red", 0.2, 0.5));
        assertTrue(Verdict.of(PAIR, right).right());
        assertFalse(Verdict.of(PAIR, right.subList(0, 1)).objects());
    }

    @ParameterizedTest
    @CsvSource({
        // where the first object stands, seen from the second; which relation holds
        "-0.3, 0.0, left-of",
        "-0.3, 0.25, left-of",
        "-0.3, -0.25, left-of",
        "0.3, 0.0, right-of",
        "0.3, -0.29, right-of",
        "0.0, 0.3, in-front-of",
        "0.2, 0.25, in-front-of",
        "0.0, -0.3, behind",
        "-0.2, -0.25, behind",
        "0.0, 0.0, none"
    })
    void exactlyOneRelationHolds(double dx, double dy, String holding) {
        List<Sighting> seen = List.of(at("cone", "blue", 0.5, 0.5), at("cube", "red", 0.5 + dx, 0.5 + dy));
        for (String relation : List.of("left-of", "right-of", "in-front-of", "behind")) {
            Verdict verdict = Verdict.of(with(PAIR, "relation", relation), seen);
            assertTrue(verdict.objects());
            assertTrue(verdict.placeAsked());
            assertEquals(relation.equals(holding), verdict.place(), relation);
            assertEquals(relation.equals(holding), verdict.right(), relation);
        }
    }

    @ParameterizedTest
    @CsvSource({"0.1, left", "0.4, left", "0.42, middle", "0.5, middle", "0.58, middle", "0.6, right", "0.9, right"})
    void exactlyOnePlaceHolds(double x, String holding) {
        for (String place : List.of("left", "middle", "right")) {
            Verdict verdict = Verdict.of(with(CUBE, "place", place), List.of(at("cube", "red", x, 0.5)));
            assertEquals(place.equals(holding), verdict.right(), place);
        }
    }

    @Test
    void wrongObjectsAreNeverInTheRightPlace() {
        Verdict verdict = Verdict.of(with(CUBE, "place", "left"), List.of(at("cone", "red", 0.1, 0.5)));
        assertEquals(new Verdict(false, true, false), verdict);
    }

    @Test
    void unknownWordsAndMissingKeysAreRefused() {
        assertRefused(with(PAIR, "relation", "inside"), "inside");
        assertRefused(with(CUBE, "place", "top"), "top");
        assertRefused(Map.of("count", "1", "shape.0", "cube"), "hue.0");
        assertRefused(Map.of(), "count");
        assertRefused(Map.of("count", "many"), "many");
    }

    private static void assertRefused(Map<String, String> truth, String named) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> Verdict.of(truth, List.of()));
        assertTrue(refusal.getMessage().contains(named), refusal.getMessage());
    }
}
