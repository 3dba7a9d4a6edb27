package dev.mezzotint.diffusion.evaluation;

import dev.mezzotint.engine.data.JudgedPrompt;
import dev.mezzotint.engine.image.Image;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Draws all prompts at all guidance scales, from the same noise at each scale, and lets the judge look: adherence by
 * {@link Verdict}, variety by {@link Variety}.
 */
public final class Evaluation {
    /**
     * What is drawn.
     *
     * @param guidance scales, in the order of the table's rows
     * @param varietyPrompts of how many prompts variety is measured, 0 for none; taken from the first of all sets in
     *     turn
     * @param varietySeeds how many pictures of each
     * @param sheetPrompts how many prompts of each set go on the contact sheet
     * @param batch pictures drawn at once
     * @param seed of the first picture of a set; the others count up from it
     */
    public record Settings(
            List<Double> guidance, int varietyPrompts, int varietySeeds, int sheetPrompts, int batch, long seed) {
        /** Refuses numbers that make no sense. */
        public Settings {
            guidance = List.copyOf(guidance);
            if (guidance.isEmpty() || guidance.stream().anyMatch(scale -> !Double.isFinite(scale))) {
                throw new IllegalArgumentException(
                        "evaluation: guidance scales are " + guidance + "; give at least one, all finite");
            }
            if (varietyPrompts < 0 || sheetPrompts < 0 || batch < 1 || varietyPrompts > 0 && varietySeeds < 2) {
                throw new IllegalArgumentException("evaluation: got " + varietyPrompts + " prompts of " + varietySeeds
                        + " pictures for variety, " + sheetPrompts + " prompts a set for the sheet and batches of "
                        + batch
                        + "; numbers must not be negative, a batch has a picture at least and variety needs two");
            }
        }
    }

    /** Keeps the pictures for variety from being those of adherence. */
    private static final long VARIETY_SEED = 1_000_000;

    private final Painter painter;
    private final Judge judge;
    private final Settings settings;
    private final Consumer<String> progress;
    private long drawn;
    private long total;
    private long start;

    /**
     * An evaluation.
     *
     * @param progress receives a line after each batch
     */
    public Evaluation(Painter painter, Judge judge, Settings settings, Consumer<String> progress) {
        this.painter = painter;
        this.judge = judge;
        this.settings = settings;
        this.progress = progress;
    }

    /** Draws and judges. */
    public EvaluationReport run(List<PromptSet> sets) {
        List<String> various = varietyPrompts(sets);
        drawn = 0;
        start = System.nanoTime();
        total = settings.guidance().size()
                * (sets.stream().mapToLong(set -> set.prompts().size()).sum()
                        + (long) various.size() * settings.varietySeeds());
        List<EvaluationReport.Row> rows = new ArrayList<>();
        List<List<Image>> columns = new ArrayList<>();
        for (double guidance : settings.guidance()) {
            List<Score> scores = new ArrayList<>();
            List<Image> column = new ArrayList<>();
            for (PromptSet set : sets) {
                List<Image> pictures = pictures(set, guidance);
                scores.add(score(set, pictures));
                column.addAll(pictures.subList(0, Math.min(settings.sheetPrompts(), pictures.size())));
            }
            columns.add(column);
            rows.add(new EvaluationReport.Row(guidance, scores, variety(various, guidance)));
        }
        List<String> sheetPrompts = sets.stream()
                .flatMap(set -> set.prompts().stream().limit(settings.sheetPrompts()))
                .map(JudgedPrompt::text)
                .toList();
        return new EvaluationReport(
                sets.stream().map(PromptSet::name).toList(),
                rows,
                new ContactSheet(sheetPrompts, settings.guidance(), columns));
    }

    private List<Image> pictures(PromptSet set, double guidance) {
        List<String> prompts = set.prompts().stream().map(JudgedPrompt::text).toList();
        List<Long> seeds = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            seeds.add(settings.seed() + i);
        }
        return paint(prompts, seeds, guidance);
    }

    private Score score(PromptSet set, List<Image> pictures) {
        List<List<Sighting>> seen = judge.judge(pictures);
        List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < pictures.size(); i++) {
            verdicts.add(Verdict.of(set.prompts().get(i).truth(), seen.get(i)));
        }
        return Score.of(verdicts);
    }

    private double variety(List<String> various, double guidance) {
        List<String> prompts = new ArrayList<>();
        List<Long> seeds = new ArrayList<>();
        for (String prompt : various) {
            for (int k = 0; k < settings.varietySeeds(); k++) {
                prompts.add(prompt);
                seeds.add(settings.seed() + VARIETY_SEED + k);
            }
        }
        return Variety.of(judge.features(paint(prompts, seeds, guidance)), settings.varietySeeds());
    }

    private List<String> varietyPrompts(List<PromptSet> sets) {
        List<String> prompts = new ArrayList<>();
        int longest = sets.stream().mapToInt(set -> set.prompts().size()).max().orElse(0);
        for (int i = 0; i < longest; i++) {
            for (PromptSet set : sets) {
                if (i < set.prompts().size() && prompts.size() < settings.varietyPrompts()) {
                    prompts.add(set.prompts().get(i).text());
                }
            }
        }
        return prompts;
    }

    private List<Image> paint(List<String> prompts, List<Long> seeds, double guidance) {
        List<Image> pictures = new ArrayList<>();
        for (int from = 0; from < prompts.size(); from += settings.batch()) {
            int to = Math.min(from + settings.batch(), prompts.size());
            pictures.addAll(painter.paint(prompts.subList(from, to), seeds.subList(from, to), guidance));
            drawn += to - from;
            double seconds = (System.nanoTime() - start) / 1e9;
            long left = Math.round(seconds / drawn * (total - drawn));
            progress.accept(String.format(
                    Locale.ROOT,
                    "evaluate: guidance %s, picture %d of %d, %d:%02d:%02d left",
                    EvaluationReport.number(guidance),
                    drawn,
                    total,
                    left / 3600,
                    left / 60 % 60,
                    left % 60));
        }
        return pictures;
    }
}
