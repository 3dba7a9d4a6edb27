package dev.mezzotint.diffusion.evaluation;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;

/**
 * Adherence and variety for each guidance scale.
 *
 * @param sets names of the prompt sets
 * @param rows one a scale
 * @param sheet the first pictures, for people to look at
 */
public record EvaluationReport(List<String> sets, List<Row> rows, ContactSheet sheet) {
    /**
     * One guidance scale.
     *
     * @param guidance the scale
     * @param scores one a prompt set
     * @param variety see {@link Variety}; NaN if it was not measured
     */
    public record Row(double guidance, List<Score> scores, double variety) {
        /** Takes an unmodifiable copy. */
        public Row {
            scores = List.copyOf(scores);
        }
    }

    /** Takes unmodifiable copies. */
    public EvaluationReport {
        sets = List.copyOf(sets);
        rows = List.copyOf(rows);
    }

    /** A Markdown table, and below it what its numbers mean. */
    public String markdown() {
        StringBuilder text = new StringBuilder("| guidance |");
        sets.forEach(set -> text.append(' ').append(set).append(": right | objects | place |"));
        text.append(" variety |\n|---:|");
        sets.forEach(set -> text.append("---:|---:|---:|"));
        text.append("---:|\n");
        for (Row row : rows) {
            text.append("| ").append(number(row.guidance())).append(" |");
            for (Score score : row.scores()) {
                text.append(' ')
                        .append(percent(score.adherence()))
                        .append(" | ")
                        .append(percent(score.objectShare()))
                        .append(" | ")
                        .append(percent(score.placeShare()))
                        .append(" |");
            }
            text.append(' ')
                    .append(Double.isNaN(row.variety()) ? "–" : String.format(Locale.ROOT, "%.3f", row.variety()))
                    .append(" |\n");
        }
        return text.append("""

                        right: exactly the objects that the prompt names, each in its shape and colour, and none
                        besides, in the relation or at the place that it names. objects: the same without regard to
                        relation and place. place: of the pictures with the right objects and a place asked for, those
                        that show it. variety: mean perceptual distance (0 to 4) of two pictures of one prompt from
                        different seeds.
                        """).toString();
    }

    /** A scale as people write it: 7.5, 3. */
    static String number(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    private static String percent(double share) {
        return Double.isNaN(share) ? "–" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }
}
