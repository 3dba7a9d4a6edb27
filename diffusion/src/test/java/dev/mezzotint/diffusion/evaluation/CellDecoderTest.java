package dev.mezzotint.diffusion.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class CellDecoderTest {
    private static final JudgeConfig CONFIG =
            new JudgeConfig(64, 16, List.of("cone", "cube"), List.of("blue", "red", "white"));
    private static final int OFFSET = 5;

    private final float[] cells = emptyCells();

    private static float[] emptyCells() {
        float[] cells = new float[OFFSET + 16 * 16 * CONFIG.outputs()];
        for (int at = OFFSET; at < cells.length; at += CONFIG.outputs()) {
            cells[at] = 9;
        }
        return cells;
    }

    /** Says that a cell sees an object, by the logit of something against nothing. */
    private void object(int row, int column, float logit, int shape, int hue, float... offsets) {
        int at = OFFSET + (row * 16 + column) * CONFIG.outputs();
        cells[at] = 0;
        cells[at + 1] = logit;
        cells[at + 2 + shape] = 3;
        cells[at + 4 + hue] = 2;
        System.arraycopy(offsets, 0, cells, at + 7, 3);
    }

    private List<Sighting> decoded() {
        return CellDecoder.decode(CONFIG, cells, OFFSET);
    }

    @Test
    void nothingIsSeenWhereNothingIs() {
        assertEquals(List.of(), decoded());
    }

    @Test
    void wordsAndPlacesComeOutOfTheCell() {
        object(4, 10, 2, 1, 2, 0.25f, -0.5f, 1.5f);
        Sighting seen = decoded().getFirst();
        assertEquals("cube", seen.shape());
        assertEquals("white", seen.hue());
        assertEquals((10.5 + 0.25) / 16, seen.x(), 1e-6);
        assertEquals((4.5 - 0.5) / 16, seen.y(), 1e-6);
        assertEquals((4.5 + 1.5) / 16, seen.base(), 1e-6);
        assertEquals(1 / (1 + Math.exp(-2)), seen.score(), 1e-6);
    }

    @Test
    void unsureCellsSeeNothing() {
        object(4, 4, -0.01f, 0, 0, 0, 0, 0);
        assertEquals(List.of(), decoded());
        object(4, 4, 0.01f, 0, 0, 0, 0, 0);
        assertEquals(1, decoded().size());
    }

    @Test
    void neighbouringCellsThatPointToOneObjectCountOnce() {
        object(8, 8, 1, 0, 0, 0.4f, 0, 0);
        object(8, 9, 3, 1, 1, -0.6f, 0, 0);
        object(9, 9, 2, 0, 2, -0.6f, -1, 0);
        assertEquals(List.of("cube red"), names());
    }

    @Test
    void objectsThatAreApartAreAllSeenTheSurestFirst() {
        object(8, 3, 1, 0, 0, 0, 0, 0);
        object(8, 12, 3, 1, 1, 0, 0, 0);
        object(3, 8, 2, 1, 2, 0, 0, 0);
        assertEquals(List.of("cube red", "cube white", "cone blue"), names());
    }

    private List<String> names() {
        return decoded().stream().map(seen -> seen.shape() + " " + seen.hue()).toList();
    }

    @Test
    void targetsAreWhatDecodingReads() {
        CellTargets targets = new CellTargets(CONFIG, 2);
        List<Label> labels =
                List.of(new Label("cone", "red", 0.21, 0.4, 0.52), new Label("cube", "white", 0.7, 0.66, 0.8));
        targets.set(1, labels);
        assertEquals(
                2,
                Arrays.stream(targets.objects()).filter(object -> object == 1).count());
        assertEquals(
                16,
                Arrays.stream(targets.objects()).filter(object -> object == -1).count());
        for (int cell = 0; cell < 256; cell++) {
            assertEquals(0, targets.objects()[cell]);
            if (targets.objects()[256 + cell] == 1) {
                float[] offsets = Arrays.copyOfRange(targets.offsets(), 3 * (256 + cell), 3 * (257 + cell));
                object(cell / 16, cell % 16, 4, targets.shapes()[256 + cell], targets.hues()[256 + cell], offsets);
            }
        }
        assertEquals(List.of("cone red", "cube white"), names());
        for (int i = 0; i < 2; i++) {
            assertEquals(labels.get(i).x(), decoded().get(i).x(), 1e-6);
            assertEquals(labels.get(i).y(), decoded().get(i).y(), 1e-6);
            assertEquals(labels.get(i).base(), decoded().get(i).base(), 1e-6);
        }
    }
}
