package dev.mezzotint.testdata.scenes;

import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.DatasetProvider;
import dev.mezzotint.engine.data.JudgedPrompt;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Offers the scenes to whoever looks for data sets by name. */
public final class ScenesProvider implements DatasetProvider {
    private static final List<String> OPTIONS = List.of("seed", "size", "count", "split", "negatives");

    /** Creates the provider; {@link java.util.ServiceLoader} calls this. */
    public ScenesProvider() {}

    @Override
    public String name() {
        return "scenes";
    }

    @Override
    public String description() {
        return "Rendered pictures of one to three coloured solids with captions; options: seed=N (0), "
                + "size=PIXELS (64), count=N (200000), split=train|heldout (train), "
                + "negatives=N false captions in the attributes (0).";
    }

    /**
     * Opens the data set.
     *
     * @throws IllegalArgumentException if an option is unknown, not a number or out of range
     */
    @Override
    public CaptionedDataset open(Map<String, String> options) {
        for (String option : options.keySet()) {
            if (!OPTIONS.contains(option)) {
                throw new IllegalArgumentException(
                        "scenes: there is no option \"" + option + "\"; the options are " + OPTIONS);
            }
        }
        String split = options.getOrDefault("split", "train");
        SceneGenerator generator = new SceneGenerator(split(split), number(options, "seed", 0));
        long size = number(options, "size", 64);
        long negatives = number(options, "negatives", 0);
        return new ScenesDataset(
                generator,
                Math.clamp(size, Integer.MIN_VALUE, Integer.MAX_VALUE),
                number(options, "count", 200_000),
                Math.clamp(negatives, Integer.MIN_VALUE, Integer.MAX_VALUE));
    }

    @Override
    public Map<String, String> falseCaptions(int count) {
        return Map.of("negatives", Integer.toString(count));
    }

    /**
     * Gives the prompts of {@link PromptSuite} for one or two objects; the only option is the split. The truth of a
     * prompt has {@code count}, {@code shape.k} and {@code hue.k} of its objects in the order in which it names them,
     * and {@code relation} or {@code place} where it says one.
     *
     * @throws IllegalArgumentException if another number of objects is asked for, or an option is unknown or wrong
     */
    @Override
    public List<JudgedPrompt> prompts(int objects, int count, long seed, Map<String, String> options) {
        for (String option : options.keySet()) {
            if (!option.equals("split")) {
                throw new IllegalArgumentException(
                        "scenes: prompts have no option \"" + option + "\"; the only one is split");
            }
        }
        Split split = split(options.getOrDefault("split", "train"));
        List<EvaluationPrompt> prompts = switch (objects) {
            case 1 -> PromptSuite.oneObject(count, seed, split);
            case 2 -> PromptSuite.twoObjects(count, seed, split);
            default ->
                throw new IllegalArgumentException("scenes: there are prompts for 1 or 2 objects, not for " + objects);
        };
        return prompts.stream().map(ScenesProvider::judged).toList();
    }

    private static JudgedPrompt judged(EvaluationPrompt prompt) {
        Map<String, String> truth = new LinkedHashMap<>();
        truth.put("count", Integer.toString(prompt.objects().size()));
        for (int k = 0; k < prompt.objects().size(); k++) {
            truth.put("shape." + k, prompt.objects().get(k).shape().word());
            truth.put("hue." + k, prompt.objects().get(k).hue().word());
        }
        prompt.relation().ifPresent(relation -> truth.put("relation", relation.word()));
        prompt.place().ifPresent(place -> truth.put("place", place.word()));
        return new JudgedPrompt(prompt.text(), truth);
    }

    private static Split split(String word) {
        for (Split split : Split.values()) {
            if (split.name().equalsIgnoreCase(word)) {
                return split;
            }
        }
        throw new IllegalArgumentException("scenes: split is \"" + word + "\"; give train or heldout");
    }

    private static long number(Map<String, String> options, String option, long otherwise) {
        String text = options.getOrDefault(option, Long.toString(otherwise));
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("scenes: " + option + " is \"" + text + "\"; give a whole number", e);
        }
    }
}
