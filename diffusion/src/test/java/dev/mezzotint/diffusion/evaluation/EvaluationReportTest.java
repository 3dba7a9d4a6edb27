package dev.mezzotint.diffusion.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mezzotint.engine.image.Image;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvaluationReportTest {
    private static final ContactSheet NO_SHEET = new ContactSheet(List.of(), List.of(), List.of());

    @Test
    void tableIsMarkdown() {
        EvaluationReport report = new EvaluationReport(
                List.of("one", "two"),
                List.of(
                        new EvaluationReport.Row(
                                1, List.of(new Score(40, 20, 10, 5, 15), new Score(8, 0, 0, 0, 0)), 0.51234),
                        new EvaluationReport.Row(
                                7.5, List.of(new Score(40, 40, 20, 20, 40), new Score(8, 8, 8, 1, 1)), Double.NaN)),
                NO_SHEET);
        List<String> lines = report.markdown().lines().toList();
        assertEquals(
                "| guidance | one: right | objects | place | two: right | objects | place | variety |", lines.get(0));
        assertEquals("|---:|---:|---:|---:|---:|---:|---:|---:|", lines.get(1));
        assertEquals("| 1 | 37.5 % | 50.0 % | 50.0 % | 0.0 % | 0.0 % | – | 0.512 |", lines.get(2));
        assertEquals("| 7.5 | 100.0 % | 100.0 % | 100.0 % | 12.5 % | 100.0 % | 12.5 % | – |", lines.get(3));
        assertEquals("", lines.get(4));
    }

    @Test
    void scoreCountsVerdicts() {
        Score score = Score.of(List.of(
                new Verdict(true, true, true),
                new Verdict(true, true, false),
                new Verdict(true, false, true),
                new Verdict(false, true, false)));
        assertEquals(new Score(4, 3, 2, 1, 2), score);
        assertEquals(0.5, score.adherence());
        assertEquals(0.75, score.objectShare());
        assertEquals(0.5, score.placeShare());
    }

    @Test
    void varietyIsTheMeanOverPairsOfOnePrompt() {
        List<float[]> features = List.of(
                new float[] {0, 0},
                new float[] {3, 4},
                new float[] {0, 0}, // 25, 0, 25
                new float[] {100, 0},
                new float[] {100, 0},
                new float[] {100, 1}); // 0, 1, 1
        assertEquals(52 / 6.0, Variety.of(features, 3), 1e-12);
        assertEquals(Double.NaN, Variety.of(List.of(), 3));
        assertThrows(IllegalArgumentException.class, () -> Variety.of(features, 4));
    }

    @Test
    void contactSheetShowsEachPictureInItsPlace() {
        List<List<Image>> columns =
                List.of(List.of(plain(255, 0, 0), plain(0, 255, 0)), List.of(plain(0, 0, 255), plain(10, 20, 30)));
        Image sheet = new ContactSheet(
                        List.of("first prompt of many words, too long for one line", "second"),
                        List.of(1.0, 7.5),
                        columns)
                .draw();
        assertEquals(190 + 2 * 132, sheet.width());
        assertEquals(28 + 2 * 132, sheet.height());
        assertPixel(sheet, 190 + 64, 28 + 64, 255, 0, 0);
        assertPixel(sheet, 190 + 64, 28 + 132 + 64, 0, 255, 0);
        assertPixel(sheet, 190 + 132 + 64, 28 + 64, 0, 0, 255);
        assertPixel(sheet, 190 + 132 + 64, 28 + 132 + 64, 10, 20, 30);
        assertPixel(sheet, 2, 2, 255, 255, 255);
    }

    @Test
    void contactSheetRefusesWhatDoesNotFit() {
        assertThrows(IllegalArgumentException.class, NO_SHEET::draw);
        assertThrows(
                IllegalArgumentException.class, () -> new ContactSheet(List.of("a"), List.of(1.0), List.of(List.of())));
    }

    private static Image plain(int red, int green, int blue) {
        byte[] data = new byte[16 * 16 * 3];
        for (int i = 0; i < data.length; i += 3) {
            data[i] = (byte) red;
            data[i + 1] = (byte) green;
            data[i + 2] = (byte) blue;
        }
        return Image.ofRgb(16, 16, data);
    }

    private static void assertPixel(Image image, int x, int y, int red, int green, int blue) {
        int at = (y * image.width() + x) * 3;
        assertEquals(
                List.of(red, green, blue),
                List.of(image.data()[at] & 0xff, image.data()[at + 1] & 0xff, image.data()[at + 2] & 0xff));
    }
}
