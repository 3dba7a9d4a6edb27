package dev.mezzotint.diffusion.evaluation;

import dev.mezzotint.diffusion.training.TrainingLoop;
import dev.mezzotint.diffusion.training.TrainingSettings;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.DatasetProvider;
import dev.mezzotint.engine.data.Example;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.random.TorchGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Trains a judge on rendered pictures of both splits, since it must know every pair of colour and shape, and measures
 * it on renders of another seed.
 */
public final class JudgeTraining {
    private static final List<String> SPLITS = List.of("train", "heldout");
    private static final int CHANNELS = 64;

    /** So that training and measuring never see one scene, whatever the seed. */
    private static final long TEST_SEED = 1_000_003;

    /**
     * How a judge is trained.
     *
     * @param pictures renders to learn from, half of each split
     * @param epochs how often each is seen, each time distorted in another way
     * @param batchSize pictures of a step
     * @param peakRate largest learning rate
     * @param testPictures renders to measure by, half of each split
     * @param seed of the data, the first weights and the order
     */
    public record Settings(int pictures, int epochs, int batchSize, double peakRate, int testPictures, long seed) {
        /** What the judge in {@code models/judge} was trained with. */
        public static final Settings DEFAULT = new Settings(16_000, 4, 32, 3e-3, 2_000, 7_001);

        /** Refuses numbers that make no sense. */
        public Settings {
            if (pictures < batchSize || batchSize < 1 || epochs < 1 || testPictures < 1) {
                throw new IllegalArgumentException("judge: needs at least a batch of pictures, one epoch and one test"
                        + " picture, got " + pictures + ", " + batchSize + ", " + epochs + ", " + testPictures);
            }
        }
    }

    /**
     * How often a judge was right about rendered pictures; the criterion is {@link Verdict}'s.
     *
     * @param pictures how many it was shown
     * @param right of how many everything was right
     */
    public record Accuracy(int pictures, int right) {
        /** Share of right ones. */
        public double share() {
            return (double) right / pictures;
        }
    }

    private JudgeTraining() {}

    /**
     * Trains a judge, going on from the checkpoint in the working folder if there is one, measures it and writes it.
     *
     * @param provider its data sets must take the options {@code split}, {@code seed} and {@code count}
     * @param work folder for the checkpoint and the loss curve
     * @param model folder that the finished judge is written to
     * @param progress receives lines for people
     * @return the judge; empty if the thread was interrupted before the training was finished
     * @throws IOException if a file cannot be written
     */
    public static Optional<Judge> train(
            DatasetProvider provider,
            Settings settings,
            Compute compute,
            Path work,
            Path model,
            Consumer<String> progress)
            throws IOException {
        long start = System.nanoTime();
        LabelledPictures pictures = LabelledPictures.render(
                open(provider, settings.seed(), settings.pictures()), settings.pictures(), compute.workers());
        progress.accept(String.format(
                Locale.ROOT,
                "judge: %d pictures rendered in %.0f s",
                pictures.count(),
                (System.nanoTime() - start) / 1e9));
        JudgeConfig config = pictures.config(CHANNELS);
        JudgeNetwork network = new JudgeNetwork(config);
        network.parameters().initialize(new TorchGenerator(settings.seed()));
        JudgeTask task = new JudgeTask(config, network, pictures, settings.batchSize(), settings.seed());
        long steps = (long) settings.epochs() * (pictures.count() / settings.batchSize());
        TrainingLoop loop =
                new TrainingLoop(task, TrainingSettings.of(steps, settings.peakRate()), compute, work, progress);
        if (!loop.run()) {
            return Optional.empty();
        }
        Accuracy accuracy = measure(
                new Judge(config, network, Double.NaN, compute),
                provider,
                settings.seed(),
                settings.testPictures(),
                progress);
        new Judge(config, network, accuracy.share(), compute).save(model);
        return Optional.of(Judge.load(model, compute));
    }

    /**
     * Measures a judge on renders that it was not trained on.
     *
     * @param seed the seed of its training
     * @param progress told the shares by split and number of objects
     */
    public static Accuracy measure(
            Judge judge, DatasetProvider provider, long seed, int count, Consumer<String> progress) {
        int right = 0;
        int each = (count + SPLITS.size() - 1) / SPLITS.size();
        List<CaptionedDataset> sources = open(provider, seed + TEST_SEED, each * SPLITS.size());
        for (int split = 0; split < SPLITS.size(); split++) {
            int[] rightOf = new int[16];
            int[] of = new int[16];
            List<Image> images = new ArrayList<>();
            List<Map<String, String>> truths = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                Example example = sources.get(split).example(i);
                images.add(example.image());
                truths.add(example.attributes());
            }
            List<List<Sighting>> seen = judge.judge(images);
            for (int i = 0; i < each; i++) {
                int objects = Math.min(15, Label.count(truths.get(i)));
                of[objects]++;
                rightOf[objects] += Verdict.of(truths.get(i), seen.get(i)).right() ? 1 : 0;
            }
            for (int objects = 0; objects < of.length; objects++) {
                right += rightOf[objects];
                if (of[objects] > 0) {
                    progress.accept(String.format(
                            Locale.ROOT,
                            "judge: %s pairs, objects: %d, right: %d of %d (%.1f %%)",
                            SPLITS.get(split),
                            objects,
                            rightOf[objects],
                            of[objects],
                            100.0 * rightOf[objects] / of[objects]));
                }
            }
        }
        Accuracy accuracy = new Accuracy(each * SPLITS.size(), right);
        progress.accept(String.format(
                Locale.ROOT,
                "judge: right about %d of %d renders that it had not seen (%.2f %%)",
                accuracy.right(),
                accuracy.pictures(),
                100 * accuracy.share()));
        return accuracy;
    }

    private static List<CaptionedDataset> open(DatasetProvider provider, long seed, int count) {
        return SPLITS.stream()
                .map(split -> provider.open(Map.of(
                        "split", split, "seed", Long.toString(seed), "count", Integer.toString(Math.max(1, count)))))
                .toList();
    }
}
