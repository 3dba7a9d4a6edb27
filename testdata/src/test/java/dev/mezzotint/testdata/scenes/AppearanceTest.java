package dev.mezzotint.testdata.scenes;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class AppearanceTest {
    @Test
    void heldOutPairsNameEveryColourOnceAndEveryShape() {
        assertEquals(40, Appearance.all().size());
        assertEquals(32, Appearance.of(Split.TRAIN).size());
        assertEquals(8, Appearance.of(Split.HELDOUT).size());
        assertEquals(
                8,
                Appearance.of(Split.HELDOUT).stream()
                        .map(Appearance::hue)
                        .collect(Collectors.toSet())
                        .size());
        assertEquals(
                5,
                Appearance.of(Split.HELDOUT).stream()
                        .map(Appearance::shape)
                        .collect(Collectors.toSet())
                        .size());
    }
}
