package dev.mezzotint.testdata.scenes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.DatasetProvider;
import dev.mezzotint.engine.data.Example;
import dev.mezzotint.engine.data.JudgedPrompt;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScenesProviderTest {
    private final ScenesProvider provider = new ScenesProvider();

    @Test
    void isNamedForServiceLoaderOnTheClassPath() throws IOException {
        try (InputStream in =
                ScenesProvider.class.getResourceAsStream("/META-INF/services/" + DatasetProvider.class.getName())) {
            String named = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
            assertEquals(ScenesProvider.class.getName(), named);
        }
    }

    @Test
    void examplesCarryTheirTruth() {
        CaptionedDataset scenes = provider.open(Map.of("size", "32", "count", "50", "split", "heldout", "seed", "4"));
        assertEquals(50, scenes.size());
        for (int i = 0; i < 50; i++) {
            Example example = scenes.example(i);
            Map<String, String> truth = example.attributes();
            assertEquals(32, example.image().width());
            assertEquals("true", truth.get("heldout"));
            int count = Integer.parseInt(truth.get("count"));
            assertEquals(count == 2, truth.containsKey("relation"));
            for (int k = 0; k < count; k++) {
                assertTrue(example.caption().contains(truth.get("hue." + k)));
                double x = Double.parseDouble(truth.get("x." + k));
                double y = Double.parseDouble(truth.get("y." + k));
                assertTrue(x > 0 && x < 1 && y > 0 && y < 1);
                assertTrue(Double.parseDouble(truth.get("w." + k)) > 0.1);
                assertTrue(Double.parseDouble(truth.get("h." + k)) > 0.1);
            }
            assertFalse(truth.containsKey("hue." + count));
        }
    }

    @Test
    void sameOptionsGiveTheSameExamples() {
        Map<String, String> options = Map.of("size", "16", "negatives", "3", "count", "20");
        Example first = provider.open(options).example(11);
        Example second = provider.open(options).example(11);
        assertEquals(first.caption(), second.caption());
        assertEquals(first.attributes(), second.attributes());
        assertArrayEquals(first.image().data(), second.image().data());
        assertTrue(first.attributes().containsKey("negative.1"));
        assertFalse(first.attributes().containsKey("negative.3"));
    }

    @Test
    void promptsCarryTheirTruth() {
        List<JudgedPrompt> ones = provider.prompts(1, 20, 3, Map.of());
        assertEquals(20, ones.size());
        assertEquals(ones, provider.prompts(1, 20, 3, Map.of("split", "train")));
        assertEquals(
                10,
                ones.stream()
                        .filter(prompt -> prompt.truth().containsKey("place"))
                        .count());
        List<JudgedPrompt> twos = provider.prompts(2, 20, 3, Map.of("split", "heldout"));
        for (JudgedPrompt prompt : twos) {
            Map<String, String> truth = prompt.truth();
            assertEquals("2", truth.get("count"));
            assertTrue(truth.containsKey("relation"));
            for (int k = 0; k < 2; k++) {
                assertTrue(prompt.text().contains(truth.get("hue." + k) + " " + truth.get("shape." + k)));
            }
            int first = prompt.text().indexOf(truth.get("hue.0"));
            assertTrue(first < prompt.text().indexOf(truth.get("hue.1")), prompt.text());
        }
        assertThrows(IllegalArgumentException.class, () -> provider.prompts(3, 1, 0, Map.of()));
        assertThrows(IllegalArgumentException.class, () -> provider.prompts(1, 1, 0, Map.of("size", "64")));
    }

    @Test
    void wrongOptionsAreRefusedByName() {
        assertRefused("colour", "red");
        assertRefused("split", "test");
        assertRefused("count", "many");
        assertRefused("count", "0");
        assertRefused("size", "99999999999");
        assertRefused("negatives", "-1");
        CaptionedDataset scenes = provider.open(Map.of("count", "5"));
        assertThrows(IndexOutOfBoundsException.class, () -> scenes.example(5));
        assertThrows(IndexOutOfBoundsException.class, () -> scenes.example(-1));
    }

    private void assertRefused(String option, String value) {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> provider.open(Map.of(option, value)));
        assertTrue(refusal.getMessage().contains(option), refusal.getMessage());
    }
}
