package dev.mezzotint.diffusion.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.pipeline.GenerationListener;
import dev.mezzotint.diffusion.pipeline.GenerationRequest;
import dev.mezzotint.diffusion.pipeline.ModelReader;
import dev.mezzotint.diffusion.pipeline.StoredModel;
import dev.mezzotint.diffusion.pipeline.TextToImageModel;
import dev.mezzotint.diffusion.pipeline.TextToImagePipeline;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.data.CaptionedDataset;
import dev.mezzotint.engine.data.Example;
import dev.mezzotint.engine.image.Image;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The built-in model's sizes, two steps a stage: each test goes on with what the one before it left. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ModelTrainingTest {
    private static final ModelTraining.Effort TINY = new ModelTraining.Effort(4, 2, 2, 1e-3, 7);
    private static final List<String> NAMES = List.of("red", "green", "blue");

    @TempDir
    private static Path folder;

    private final List<String> said = new ArrayList<>();

    /** Pictures of one colour. */
    private record Colours(int side, int brightness) implements CaptionedDataset {
        @Override
        public long size() {
            return 6;
        }

        @Override
        public Example example(long index) {
            byte[] pixels = new byte[side * side * 3];
            int channel = (int) (index % 3);
            for (int i = channel; i < pixels.length; i += 3) {
                pixels[i] = (byte) (brightness + i % 7);
            }
            String other = "all " + NAMES.get((channel + 1) % 3);
            return new Example(
                    new Image(side, side, 3, pixels), "all\n" + NAMES.get(channel), Map.of("negative.0", other));
        }
    }

    private ModelTraining training(CaptionedDataset data) {
        return new ModelTraining(folder, data, Compute.best(), said::add);
    }

    private final ModelTraining training = training(new Colours(ModelPlan.PICTURE_SIZE, 200));

    private static ModelTraining.Effort steps(long steps) {
        return new ModelTraining.Effort(TINY.examples(), steps, TINY.batch(), TINY.rate(), TINY.seed());
    }

    @Test
    @Order(1)
    void aStageNamesTheOneThatIsMissingBeforeIt() throws IOException {
        assertRefused(() -> training.trainClip(TINY), "'vocabulary'");
        training.trainVocabulary();
        assertTrue(said.getLast().startsWith("vocabulary: "), said.toString());
        assertRefused(() -> training.trainDenoiser(TINY), "'vae'");
    }

    private static void assertRefused(org.junit.jupiter.api.function.Executable stage, String named) {
        String message = assertThrows(FormatException.class, stage).getMessage();
        assertTrue(message.contains(named), message);
    }

    @Test
    @Order(2)
    void picturesOfAnotherSizeAreRefused() {
        ModelTraining other = training(new Colours(32, 200));
        String message = assertThrows(IllegalArgumentException.class, () -> other.trainVae(TINY))
                .getMessage();
        assertTrue(message.contains("32×32") && message.contains("64×64"), message);
    }

    @Test
    @Order(3)
    void fourStagesMakeAModelThatDraws() throws IOException {
        assertTrue(training.trainClip(TINY));
        assertTrue(training.trainVae(TINY));
        assertTrue(training.trainDenoiser(TINY));
        TextToImageModel model = ModelReader.read(StoredModel.open(folder.resolve("model")));
        double factor = model.vae().orElseThrow().config().scalingFactor();
        double deviation = LatentStore.open(folder.resolve("vae-sample")).deviation();
        assertEquals(1 / deviation, factor, 1e-9 * factor);
        GenerationRequest request = GenerationRequest.of(model, "all red", 1).withSteps(1);
        Image picture = new TextToImagePipeline(model, Compute.best())
                .generate(request, GenerationListener.SILENT)
                .image();
        assertEquals(64, picture.width());
        for (String stage : List.of("clip", "vae", "unet")) {
            assertTrue(Files.exists(folder.resolve(stage).resolve("loss.csv")), stage);
        }
    }

    @Test
    @Order(4)
    void captionsOfSeveralLinesAreKept() throws IOException {
        assertEquals("all blue", LatentStore.open(folder.resolve("latents")).caption(2));
    }

    @Test
    @Order(5)
    void anotherSeedBatchOrDataSetIsRefusedAndMoreStepsAreNot() throws IOException {
        Path state = folder.resolve("vae/checkpoint/state.safetensors");
        byte[] before = Files.readAllBytes(state);
        assertRefused(() -> training.trainVae(new ModelTraining.Effort(4, 2, 2, 1e-3, 8)), "seed, 7 instead of 8");
        assertRefused(() -> training.trainVae(new ModelTraining.Effort(4, 2, 1, 1e-3, 7)), "batch, 2 instead of 1");
        assertRefused(() -> training.trainVae(new ModelTraining.Effort(5, 2, 2, 1e-3, 7)), "examples, 4 instead of 5");
        ModelTraining other = training(new Colours(ModelPlan.PICTURE_SIZE, 100));
        assertRefused(() -> other.trainVae(TINY), "data, ");
        assertArrayEquals(before, Files.readAllBytes(state));
        assertTrue(training.trainVae(steps(3)));
        try (SafetensorsFile saved = SafetensorsFile.open(state)) {
            assertEquals("3", saved.metadata().get("steps"));
        }
    }

    @Test
    @Order(6)
    void latentsOfAnotherVaeAreNotUsed() throws IOException {
        // The VAE was trained further by the test before.
        float[] before = latents();
        assertRefused(() -> training.trainDenoiser(steps(3)), "vae, ");
        assertFalse(Arrays.equals(before, latents()), "the latents are those of the VAE before");
        said.clear();
        assertRefused(() -> training.trainDenoiser(steps(3)), "vae, ");
        assertTrue(said.isEmpty(), said.toString());
    }

    private static float[] latents() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("latents/latents.safetensors"))) {
            return file.floats("latents");
        }
    }

    @Test
    @Order(7)
    void anInterruptedStageSavesAndSaysSo() throws IOException {
        Thread.currentThread().interrupt();
        try {
            assertThrows(java.io.InterruptedIOException.class, () -> training.trainVae(steps(5)));
        } finally {
            assertTrue(Thread.interrupted());
        }
        assertTrue(training.trainVae(steps(4)));
    }

    /** The interrupt comes while the pictures are encoded: they are kept, and so is the model as it is then. */
    @Test
    @Order(8)
    void anInterruptedDenoiserLeavesAWholeModel() throws IOException {
        ModelTraining.Effort other = new ModelTraining.Effort(3, 2, 2, 1e-3, 7);
        deleteUNetCheckpoint();
        ModelTraining interrupted = new ModelTraining(
                folder,
                new Colours(ModelPlan.PICTURE_SIZE, 200),
                Compute.best(),
                line -> Thread.currentThread().interrupt());
        boolean finished = interrupted.trainDenoiser(other);
        assertTrue(Thread.interrupted(), "the caller must learn of the interrupt");
        assertFalse(finished);
        assertEquals(3, LatentStore.open(folder.resolve("latents")).count());
        assertEquals(
                "model",
                ModelReader.read(StoredModel.open(folder.resolve("model"))).name());
        assertTrue(training.trainDenoiser(other));
    }

    private static void deleteUNetCheckpoint() throws IOException {
        Files.delete(folder.resolve("unet/checkpoint/state.safetensors"));
        Files.delete(folder.resolve("unet/checkpoint"));
    }
}
