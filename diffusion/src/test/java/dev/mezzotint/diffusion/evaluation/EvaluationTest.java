package dev.mezzotint.diffusion.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.DatasetProviders;
import dev.mezzotint.engine.data.Example;
import dev.mezzotint.engine.data.JudgedPrompt;
import dev.mezzotint.engine.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The evaluation of painters that take their pictures from the data set, right or wrong, with the project's own judge.
 */
class EvaluationTest {
    private static final int COUNT = 60;
    private static final Path JUDGE = Path.of("../models/judge");

    private final CaptionedDataset train =
            DatasetProviders.find("scenes").open(Map.of("seed", "424242", "count", "100"));
    private final CaptionedDataset unseen =
            DatasetProviders.find("scenes").open(Map.of("seed", "424242", "count", "100", "split", "heldout"));
    private Judge judge;

    @BeforeEach
    void loadJudge() throws IOException {
        assumeTrue(Files.isDirectory(JUDGE), "there is no judge in models/judge; train one to run this test");
        judge = Judge.load(JUDGE, Compute.best());
    }

    /** Examples become prompts that name their number. */
    private static PromptSet set(String name, CaptionedDataset scenes) {
        return new PromptSet(
                name,
                IntStream.range(0, COUNT)
                        .mapToObj(i -> new JudgedPrompt(
                                name + " " + i, scenes.example(i).attributes()))
                        .toList());
    }

    private Example example(String prompt, int shift) {
        String[] words = prompt.split(" ");
        int number = Integer.parseInt(words[1]) + shift;
        return words[0].equals("train") ? train.example(number) : unseen.example(number);
    }

    private static Evaluation.Settings settings(int varietyPrompts) {
        return new Evaluation.Settings(List.of(2.0, 5.0), varietyPrompts, 2, 2, 7, 100);
    }

    @Test
    void aPainterOfTheRightScenesScoresAsTheJudgeDoes() {
        List<String> progress = new ArrayList<>();
        Painter right = (prompts, seeds, guidance) ->
                prompts.stream().map(prompt -> example(prompt, 0).image()).toList();
        EvaluationReport report = new Evaluation(right, judge, settings(4), progress::add)
                .run(List.of(set("train", train), set("heldout", unseen)));
        assertEquals(List.of("train", "heldout"), report.sets());
        assertEquals(2, report.rows().size());
        for (EvaluationReport.Row row : report.rows()) {
            for (Score score : row.scores()) {
                assertEquals(COUNT, score.pictures());
                assertTrue(score.adherence() > 0.9, score.toString());
                assertTrue(score.placeShare() > 0.9, score.toString());
            }
            assertEquals(0, row.variety(), "the same picture from every seed has no variety");
        }
        assertTrue(progress.getLast().contains("256 of 256"), progress.getLast());
        assertEquals(
                List.of("train 0", "train 1", "heldout 0", "heldout 1"),
                report.sheet().prompts());
        assertEquals(190 + 2 * 132, report.sheet().draw().width());
    }

    @Test
    void aPainterOfOtherScenesScoresNearlyNothing() {
        Painter wrong = (prompts, seeds, guidance) ->
                prompts.stream().map(prompt -> example(prompt, 1).image()).toList();
        EvaluationReport report =
                new Evaluation(wrong, judge, settings(0), line -> {}).run(List.of(set("train", train)));
        Score score = report.rows().getFirst().scores().getFirst();
        assertTrue(score.adherence() < 0.05, score.toString());
        assertTrue(Double.isNaN(report.rows().getFirst().variety()));
    }

    @Test
    void softPicturesAreJudgedAsSharpOnesAre() {
        Painter soft = (prompts, seeds, guidance) -> prompts.stream()
                .map(prompt -> example(prompt, 0).image().resize(40, 40).resize(64, 64))
                .toList();
        EvaluationReport report =
                new Evaluation(soft, judge, settings(0), line -> {}).run(List.of(set("train", train)));
        Score score = report.rows().getFirst().scores().getFirst();
        assertTrue(score.adherence() > 0.85, score.toString());
    }

    @Test
    void varietyIsHigherWhereSeedsMakeADifference() {
        Painter various = (prompts, seeds, guidance) -> IntStream.range(0, prompts.size())
                .mapToObj(i -> train.example(guidance > 3 ? seeds.get(i) % 2 : seeds.get(i) % 100)
                        .image())
                .toList();
        List<PromptSet> sets = List.of(set("train", train));
        Evaluation.Settings settings = new Evaluation.Settings(List.of(2.0, 5.0), 2, 6, 0, 5, 0);
        EvaluationReport report = new Evaluation(various, judge, settings, line -> {}).run(sets);
        double many = report.rows().get(0).variety();
        double few = report.rows().get(1).variety();
        assertTrue(few > 0.05 && many > 1.3 * few, many + " and " + few);
    }

    @Test
    void picturesOfOneSizeOrAnotherAreJudged() {
        Image large = DatasetProviders.find("scenes")
                .open(Map.of("seed", "424242", "size", "128"))
                .example(3)
                .image();
        Verdict verdict = Verdict.of(
                train.example(3).attributes(), judge.judge(List.of(large)).getFirst());
        assertTrue(verdict.right());
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Evaluation.Settings(List.of(), 0, 0, 0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Evaluation.Settings(List.of(1.0), 1, 1, 0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> new Evaluation.Settings(List.of(1.0), 0, 0, 0, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> new Evaluation.Settings(List.of(Double.NaN), 0, 0, 0, 1, 0));
    }
}
