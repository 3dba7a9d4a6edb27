package dev.mezzotint.diffusion.evaluation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.training.TrainingLoop;
import dev.mezzotint.diffusion.training.TrainingSettings;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.DatasetProviders;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JudgeTrainingTest {
    private final Compute compute = Compute.best();

    private LabelledPictures render(String seed, int count) {
        List<CaptionedDataset> sources = List.of(
                DatasetProviders.find("scenes").open(Map.of("seed", seed, "size", "32", "count", "100000")),
                DatasetProviders.find("scenes").open(Map.of("seed", seed, "size", "32", "split", "heldout")));
        return LabelledPictures.render(sources, count, compute.workers());
    }

    @Test
    void aShortTrainingLearnsColours(@TempDir Path folder) throws IOException {
        LabelledPictures unseen = render("2", 60);
        LabelledPictures pictures = render("1", 320);
        JudgeConfig config = pictures.config(16);
        assertEquals(List.of("cone", "cube", "cylinder", "sphere", "torus"), config.shapes());
        assertEquals(8, config.hues().size());
        JudgeNetwork network = new JudgeNetwork(config);
        network.parameters().initialize(new TorchGenerator(3));
        double before = hueShare(config, network, unseen);
        JudgeTask task = new JudgeTask(config, network, pictures, 8, 4);
        assertTrue(new TrainingLoop(task, TrainingSettings.of(250, 1e-2), compute, folder, line -> {}).run());
        double after = hueShare(config, network, unseen);
        assertTrue(before < 0.3, "before: " + before);
        assertTrue(after > 0.5, "after: " + after);
    }

    /** Share of objects whose hue the cell of their middle names; chance is an eighth. */
    private double hueShare(JudgeConfig config, JudgeNetwork network, LabelledPictures pictures) {
        int right = 0;
        int all = 0;
        Tape tape = Tape.inference(compute);
        for (int n = 0; n < pictures.count(); n++) {
            int size = config.pictureSize();
            Tensor x = Tensor.of(pictures.pictures().get(n).toSignedFloats(), 1, size, size, 3);
            float[] cells = network.forward(tape, x).cells().data();
            for (Label label : pictures.labels().get(n)) {
                int cell = (int) (label.y() * config.grid()) * config.grid() + (int) (label.x() * config.grid());
                int from = cell * config.outputs() + 2 + config.shapes().size();
                int best = 0;
                for (int hue = 1; hue < config.hues().size(); hue++) {
                    best = cells[from + hue] > cells[from + best] ? hue : best;
                }
                all++;
                right += config.hues().get(best).equals(label.hue()) ? 1 : 0;
            }
            tape.reset();
        }
        return (double) right / all;
    }

    @Test
    void sameBatchSameLoss() {
        LabelledPictures pictures = render("1", 24);
        JudgeConfig config = pictures.config(16);
        JudgeNetwork network = new JudgeNetwork(config);
        network.parameters().initialize(new TorchGenerator(3));
        JudgeTask task = new JudgeTask(config, network, pictures, 8, 4);
        float first = task.loss(Tape.inference(compute), 5).item();
        assertEquals(first, task.loss(Tape.inference(compute), 5).item());
        assertTrue(first != task.loss(Tape.inference(compute), 4).item());
    }

    @Test
    void distortionIsSlightAndStaysInRange() {
        float[] clean = render("1", 1).pictures().getFirst().toSignedFloats();
        for (int seed = 0; seed < 8; seed++) {
            float[] distorted = clean.clone();
            Distortion.apply(distorted, 0, 32, new TorchGenerator(seed));
            double square = 0;
            for (int i = 0; i < clean.length; i++) {
                assertTrue(Math.abs(distorted[i]) <= 1);
                square += Math.pow(distorted[i] - clean[i], 2);
            }
            double root = Math.sqrt(square / clean.length);
            assertTrue(root > 0.001 && root < 0.25, "seed " + seed + ": " + root);
        }
    }

    @Test
    void aJudgeIsWrittenAndReadBack(@TempDir Path folder) throws IOException {
        JudgeConfig config = new JudgeConfig(32, 16, List.of("cone", "cube"), List.of("red"));
        JudgeNetwork network = new JudgeNetwork(config);
        network.parameters().initialize(new TorchGenerator(3));
        Path saved = folder.resolve("judge");
        new Judge(config, network, 0.75, compute).save(saved);
        Judge judge = Judge.load(saved, compute);
        assertEquals(0.75, judge.accuracy());
        List<Image> pictures = render("1", 3).pictures();
        assertEquals(3, judge.judge(pictures).size());
        List<float[]> features = judge.features(pictures);
        double square = 0;
        for (float value : features.getFirst()) {
            square += value * value;
        }
        assertEquals(1, square, 1e-4);
        assertTrue(Arrays.equals(
                features.get(1),
                Judge.load(saved, compute).features(pictures.subList(1, 2)).getFirst()));
    }

    @Test
    void brokenJudgesAreRefusedByName(@TempDir Path folder) throws IOException {
        assertTrue(refusal(folder.resolve("absent")).contains("config.json"));
        Path config = folder.resolve("config.json");
        Files.writeString(config, "{\"picture_size\": 64}");
        assertTrue(refusal(folder).contains("channels"));
        Files.writeString(config, config(63));
        assertTrue(refusal(folder).contains("63"));
        Files.writeString(config, config(64));
        assertTrue(refusal(folder).contains("safetensors"));
    }

    private static String config(int size) {
        return "{\"picture_size\": " + size
                + ", \"channels\": 16, \"shapes\": [\"cube\"], \"hues\": [\"red\"], \"accuracy\": 1}";
    }

    private String refusal(Path folder) {
        return assertThrows(FormatException.class, () -> Judge.load(folder, compute))
                .getMessage();
    }
}
