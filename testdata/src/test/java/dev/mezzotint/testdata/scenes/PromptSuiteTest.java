package dev.mezzotint.testdata.scenes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromptSuiteTest {
    @Test
    void sameSeedGivesTheSamePrompts() {
        assertEquals(PromptSuite.twoObjects(40, 5), PromptSuite.twoObjects(40, 5));
        assertNotEquals(PromptSuite.twoObjects(40, 5), PromptSuite.twoObjects(40, 6));
        assertEquals(PromptSuite.oneObject(10, 5), PromptSuite.oneObject(40, 5).subList(0, 10));
    }

    @Test
    void oneObjectComesThroughEveryPair() {
        for (Split split : Split.values()) {
            List<Appearance> pairs = Appearance.of(split);
            Set<Appearance> asked = new HashSet<>();
            for (EvaluationPrompt prompt : PromptSuite.oneObject(pairs.size(), 1, split)) {
                assertEquals(1, prompt.objects().size());
                assertTrue(prompt.text().contains(prompt.objects().getFirst().words()));
                prompt.place()
                        .ifPresent(place -> assertTrue(
                                prompt.text().endsWith(place.phrases().getFirst())));
                asked.addAll(prompt.objects());
            }
            assertEquals(Set.copyOf(pairs), asked);
        }
    }

    @Test
    void twoObjectsDifferAndStandInTheRelationOfTheText() {
        for (EvaluationPrompt prompt : PromptSuite.twoObjects(200, 2)) {
            Appearance a = prompt.objects().get(0);
            Appearance b = prompt.objects().get(1);
            assertTrue(a.hue() != b.hue() && a.shape() != b.shape() && !a.isHeldOut() && !b.isHeldOut());
            String middle = " " + prompt.relation().orElseThrow().phrase() + " ";
            String text = prompt.text();
            assertTrue(text.indexOf(a.words()) < text.indexOf(middle));
            assertTrue(text.indexOf(middle) < text.indexOf(b.words()));
        }
    }

    @Test
    void heldOutPromptsNameExactlyOneHeldOutPair() {
        for (EvaluationPrompt prompt : PromptSuite.twoObjects(50, 3, Split.HELDOUT)) {
            assertEquals(
                    1, prompt.objects().stream().filter(Appearance::isHeldOut).count());
        }
    }

    @Test
    void negativeCountIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> PromptSuite.oneObject(-1, 0));
    }
}
