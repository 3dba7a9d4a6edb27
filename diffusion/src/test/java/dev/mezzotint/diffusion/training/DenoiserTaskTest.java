package dev.mezzotint.diffusion.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.clip.model.ClipTextEncoder;
import dev.mezzotint.clip.tokenizer.Tokenizer;
import dev.mezzotint.clip.tokenizer.TokenizerTrainer;
import dev.mezzotint.diffusion.model.unet.UNet;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.Autoencoder;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.diffusion.schedule.NoiseSchedule;
import dev.mezzotint.diffusion.schedule.NoiseScheduleConfig;
import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.Example;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DenoiserTaskTest {
    private static final int COUNT = 35;
    private static final long SEED = 5;

    /** Pictures of noise, all with one caption. */
    private record Noise() implements CaptionedDataset {
        @Override
        public long size() {
            return COUNT;
        }

        @Override
        public Example example(long index) {
            byte[] pixels = new byte[4 * 4 * 3];
            TorchGenerator generator = new TorchGenerator(index);
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) generator.nextInt(256);
            }
            return new Example(new Image(4, 4, 3, pixels), "red cube", Map.of());
        }
    }

    private final Compute compute = new Compute(KernelSelector.scalar(), Workers.of(1));
    private final Tape tape = Tape.inference(compute);
    private final NoiseSchedule schedule = new NoiseSchedule(NoiseScheduleConfig.stableDiffusion());
    private final Tokenizer tokenizer = TokenizerTrainer.train(List.of("red cube"), 4, 8);
    private final ClipTextEncoder texts = new ClipTextEncoder(new ClipTextConfig(
            tokenizer.vocabularySize(), 4, 4, 1, 1, 8, Activation.GELU, 1e-5, tokenizer.endToken(), 0));
    private final UNet unet = new UNet(new UNetConfig(
            2, 2, 2, List.of(4), List.of(true), List.of(true), 1, List.of(1), 4, 2, 1e-5, false, List.of(1)));
    private LatentStore latents;

    @BeforeEach
    void encode(@TempDir Path folder) throws IOException {
        Autoencoder vae = new Autoencoder(new VaeConfig(3, 2, List.of(2, 2), 1, 1, 4, 1));
        vae.parameters().initialize(new TorchGenerator(1));
        unet.parameters().initialize(new TorchGenerator(2));
        texts.parameters().initialize(new TorchGenerator(3));
        latents = LatentStore.build(folder.resolve("latents"), Map.of(), vae, new Noise(), COUNT, compute, line -> {});
    }

    private DenoiserTask task(PredictionType prediction, double dropout, double limit) {
        return task(prediction, dropout, limit, 1);
    }

    private DenoiserTask task(PredictionType prediction, double dropout, double limit, int batch) {
        return new DenoiserTask(
                unet,
                texts,
                tokenizer,
                latents,
                1,
                schedule,
                new DenoiserTask.Objective(prediction, dropout, limit),
                batch,
                SEED);
    }

    private float loss(DenoiserTask task, long batch) {
        float loss = task.loss(tape, batch).item();
        tape.reset();
        return loss;
    }

    /** With the same draws, a batch of one whose caption was dropped has the loss of one that never had a caption. */
    @Test
    void aTenthOfTheCaptionsIsDropped() {
        DenoiserTask some = task(PredictionType.EPSILON, 0.1, Double.POSITIVE_INFINITY);
        DenoiserTask none = task(PredictionType.EPSILON, 0, Double.POSITIVE_INFINITY);
        DenoiserTask all = task(PredictionType.EPSILON, 1, Double.POSITIVE_INFINITY);
        int dropped = 0;
        for (int batch = 0; batch < 400; batch++) {
            float loss = loss(some, batch);
            boolean kept = loss == loss(none, batch);
            if (!kept) {
                assertEquals(loss(all, batch), loss);
                dropped++;
            }
        }
        // The share of 400 draws has a deviation of 1.5 %.
        assertTrue(dropped > 20 && dropped < 60, dropped + " of 400");
    }

    @Test
    void partsHaveTheGradientsOfTheBatch() {
        BatchGradientsTest.assertPartsAddUp(task(PredictionType.V_PREDICTION, 0.3, 5, COUNT), 2, 3);
    }

    @Test
    void nearlyCleanExamplesCountLess() {
        for (int batch = 0; batch < 20; batch++) {
            int timestep = new BatchOrder(COUNT, 1, SEED).random(batch).nextInt(1000);
            double snr = schedule.snr(timestep);
            double limited = Math.min(snr, 5) + 1;
            double plain = loss(task(PredictionType.V_PREDICTION, 0, Double.POSITIVE_INFINITY), batch);
            double v = loss(task(PredictionType.V_PREDICTION, 0, 5), batch);
            assertEquals(limited / (snr + 1), v / plain, 1e-5);
            double sample = loss(task(PredictionType.SAMPLE, 0, 5), batch);
            double sampleWithOne = loss(task(PredictionType.SAMPLE, 0, 1e-9), batch);
            assertEquals(limited, sample / sampleWithOne, 1e-5 * limited);
            float epsilon = loss(task(PredictionType.EPSILON, 0, 5), batch);
            assertEquals(loss(task(PredictionType.EPSILON, 0, Double.POSITIVE_INFINITY), batch), epsilon);
        }
    }

    @Test
    void latentsHaveTheDeviationOfAllTheirValues() {
        double sum = 0;
        double square = 0;
        int length = latents.shape().length();
        float[] values = new float[length];
        for (int n = 0; n < COUNT; n++) {
            latents.copy(n, 2, values, 0);
            for (float value : values) {
                sum += value;
                square += (double) value * value;
            }
        }
        double mean = sum / (COUNT * length);
        assertEquals(2 * latents.deviation(), Math.sqrt(square / (COUNT * length) - mean * mean), 1e-6);
    }

    @Test
    void refusesSharesThatAreNone() {
        assertThrows(IllegalArgumentException.class, () -> task(PredictionType.EPSILON, 1.1, 5));
        assertThrows(IllegalArgumentException.class, () -> task(PredictionType.EPSILON, Double.NaN, 5));
        assertThrows(IllegalArgumentException.class, () -> task(PredictionType.EPSILON, 0.1, 0));
    }
}
