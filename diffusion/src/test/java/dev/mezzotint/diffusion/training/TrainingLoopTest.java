package dev.mezzotint.diffusion.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.NamedArray;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.SafetensorsWriter;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.image.Png;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.nn.Parameter;
import dev.mezzotint.engine.optim.AdamW;
import dev.mezzotint.engine.optim.LearningRate;
import dev.mezzotint.engine.parallel.Workers;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingLoopTest {
    private static final Duration NEVER = Duration.ofDays(1);
    private static final String STATE = "checkpoint/state.safetensors";

    @TempDir
    private Path folder;

    private static TrainingSettings settings(long steps, int accumulation, Duration checkpointEvery) {
        return new TrainingSettings(
                new LearningRate(0.01, 3, steps, 0.1), AdamW.Settings.DEFAULT, 0.5, 0.9, accumulation, checkpointEvery);
    }

    private static Compute compute(int threads) {
        return new Compute(KernelSelector.kernels(), Workers.of(threads));
    }

    private boolean train(String name, TinyTask task, TrainingSettings settings, Compute compute) throws IOException {
        return new TrainingLoop(task, settings, compute, folder.resolve(name), line -> {}).run();
    }

    @Test
    void anyNumberOfThreadsGivesTheSameBits() throws IOException {
        byte[] expected = {};
        for (int threads = 1; threads <= 3; threads++) {
            String name = threads + " threads";
            assertTrue(train(name, new TinyTask(3), settings(8, 1, NEVER), compute(threads)));
            byte[] state = Files.readAllBytes(folder.resolve(name).resolve(STATE));
            assertArrayEquals(threads == 1 ? state : expected, state, name);
            expected = state;
        }
    }

    @Test
    void interruptedAndResumedEqualsUninterrupted() throws IOException {
        Compute compute = compute(1);
        TrainingSettings settings = settings(45, 1, NEVER);
        TinyTask whole = new TinyTask(2);
        assertTrue(train("whole", whole, settings, compute));

        TinyTask cut = new TinyTask("tiny", 2, batch -> {
            if (batch == 24) {
                Thread.currentThread().interrupt();
            }
        });
        assertFalse(train("cut", cut, settings, compute));
        assertTrue(Thread.interrupted(), "the caller must learn of the interrupt");
        assertEquals(List.of("20"), steps("cut"));
        TinyTask resumed = new TinyTask(2);
        assertTrue(train("cut", resumed, settings, compute));
        assertSame(whole, "whole", resumed, "cut");
        assertEquals(List.of("20", "40"), steps("cut"));
        assertEquals(losses("whole"), losses("cut"), "a row is the same whether it was interrupted or not");
        assertTrue(train("cut", resumed, settings, compute), "a finished training is finished");
        assertEquals(List.of("20", "40"), steps("cut"));
    }

    private void assertSame(TinyTask expected, String expectedName, TinyTask actual, String actualName)
            throws IOException {
        for (int i = 0; i < expected.parameters().size(); i++) {
            Parameter parameter = expected.parameters().get(i);
            assertArrayEquals(
                    parameter.value().data(), actual.parameters().get(i).value().data(), parameter.name());
        }
        assertArrayEquals(
                Files.readAllBytes(folder.resolve(expectedName).resolve(STATE)),
                Files.readAllBytes(folder.resolve(actualName).resolve(STATE)));
    }

    private List<String> losses(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name).resolve("loss.csv")).stream()
                .map(row -> row.substring(0, row.lastIndexOf(',')))
                .toList();
    }

    private List<String> steps(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name).resolve("loss.csv")).stream()
                .skip(1)
                .map(row -> row.split(",")[0])
                .toList();
    }

    /** What the killed child runs: without end, as far as the test is concerned, with checkpoint after checkpoint. */
    static final class Child {
        private Child() {}

        static void main(String[] arguments) throws IOException {
            TrainingSettings endless = settings(Long.parseLong(arguments[1]), 1, Duration.ZERO);
            Compute compute = new Compute(KernelSelector.scalar(), Workers.of(1));
            new TrainingLoop(
                            new TinyTask("tiny", 2, batch -> {
                                System.out.println(batch);
                                System.out.flush();
                            }),
                            endless,
                            compute,
                            Path.of(arguments[0]),
                            line -> {})
                    .run();
        }
    }

    @Test
    void killedAndResumedEqualsUninterrupted() throws IOException, InterruptedException {
        int steps = 100_000;
        Process child = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Djava.awt.headless=true",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath(),
                        Child.class.getName(),
                        folder.resolve("killed").toString(),
                        Integer.toString(steps))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (var lines = child.inputReader()) {
            String line = lines.readLine();
            while (line != null && Long.parseLong(line) < 7) {
                line = lines.readLine();
            }
            assertTrue(line != null, "the child ended by itself");
        } finally {
            child.destroyForcibly();
            assertTrue(child.waitFor(60, TimeUnit.SECONDS));
        }
        // The same settings, so that the learning rate is the same, and an end soon after the kill.
        Compute compute = new Compute(KernelSelector.scalar(), Workers.of(1));
        TrainingSettings settings = settings(steps, 1, NEVER);
        assertFalse(train("killed", between(7, 30), settings, compute));
        Thread.interrupted();
        assertFalse(train("whole", between(0, 30), settings, compute));
        Thread.interrupted();
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("whole").resolve(STATE)),
                Files.readAllBytes(folder.resolve("killed").resolve(STATE)));
    }

    /** Where the classes that the child needs come from: a test runner's own class path may not name them. */
    private static String classPath() {
        return Stream.of(TrainingLoopTest.class, TrainingLoop.class, Tape.class)
                .map(type -> type.getProtectionDomain().getCodeSource().getLocation())
                .map(location -> Path.of(URI.create(location.toString())).toString())
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    /** Fails if it is asked for a batch before the first: the checkpoint was lost. */
    private static TinyTask between(long first, long last) {
        return new TinyTask("tiny", 2, batch -> {
            assertTrue(batch >= first, "the training began again at batch " + batch);
            assertTrue(batch <= last, "the child went on to batch " + batch);
            if (batch == last) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Test
    void accumulatedHalvesEqualTheWhole() throws IOException {
        Compute compute = compute(1);
        TinyTask whole = new TinyTask(6);
        TinyTask halves = new TinyTask(3);
        assertTrue(train("whole", whole, settings(5, 1, NEVER), compute));
        assertTrue(train("halves", halves, settings(5, 2, NEVER), compute));
        for (int i = 0; i < whole.parameters().size(); i++) {
            Parameter parameter = whole.parameters().get(i);
            assertArrayEquals(
                    parameter.value().data(), halves.parameters().get(i).value().data(), 1e-5f, parameter.name());
        }
    }

    @Test
    void trainingLowersTheLossAndDrawsIt() throws IOException {
        assertTrue(train("long", new TinyTask(4), settings(300, 1, NEVER), compute(1)));
        List<String> rows = Files.readAllLines(folder.resolve("long/loss.csv"));
        assertEquals("step,examples,loss,gradient_norm,learning_rate,seconds", rows.getFirst());
        assertEquals(15, rows.size() - 1);
        double first = Double.parseDouble(rows.get(1).split(",")[2]);
        double last = Double.parseDouble(rows.getLast().split(",")[2]);
        assertTrue(last < 0.8 * first, first + " became " + last);
        assertEquals("1200", rows.getLast().split(",")[1]);
        Image curve = Png.read(folder.resolve("long/loss.png"));
        assertTrue(curve.width() > 100 && curve.height() > 100);
        int dark = 0;
        for (byte value : curve.data()) {
            dark += (value & 0xff) < 0x80 ? 1 : 0;
        }
        assertTrue(dark > 1000, "the picture is empty");
    }

    @Test
    void checkpointOfAnotherTrainingIsRefused() throws IOException {
        Compute compute = compute(1);
        assertTrue(train("model", new TinyTask(2), settings(2, 1, NEVER), compute));
        FormatException other = assertThrows(
                FormatException.class,
                () -> train("model", new TinyTask("other", 2, batch -> {}), settings(2, 1, NEVER), compute));
        assertTrue(other.getMessage().contains("'tiny'") && other.getMessage().contains("'other'"), other.getMessage());
    }

    private boolean train(String name, TinyTask task, long steps, Map<String, String> given) throws IOException {
        return new TrainingLoop(task, settings(steps, 1, NEVER), compute(1), folder.resolve(name), given, line -> {})
                .run();
    }

    @Test
    void checkpointOfOtherBatchesIsRefusedAndMoreStepsAreNot() throws IOException {
        assertTrue(train("model", new TinyTask(2), 2, Map.of("seed", "1")));
        FormatException seed =
                assertThrows(FormatException.class, () -> train("model", new TinyTask(2), 2, Map.of("seed", "3")));
        assertTrue(seed.getMessage().contains("another seed, 1 instead of 3"), seed.getMessage());
        FormatException batch =
                assertThrows(FormatException.class, () -> train("model", new TinyTask(3), 2, Map.of("seed", "1")));
        assertTrue(batch.getMessage().contains("another batch, 2 instead of 3"), batch.getMessage());
        assertTrue(train("model", new TinyTask(2), 4, Map.of("seed", "1")));
    }

    /** As the first version wrote them. */
    @Test
    void checkpointThatDoesNotSayWhatItWasGivenIsAccepted() throws IOException {
        assertTrue(train("model", new TinyTask(2), 2, Map.of("seed", "1")));
        rewrite("model", Map.of("steps", "2", "task", "tiny"));
        TinyTask resumed = new TinyTask("tiny", 2, batch -> assertTrue(batch >= 2, "began again at " + batch));
        assertTrue(train("model", resumed, 4, Map.of("seed", "3")));
    }

    @Test
    void brokenNumberOfStepsIsRefused() throws IOException {
        assertTrue(train("model", new TinyTask(2), 2, Map.of()));
        for (String broken : List.of("many", "-1", "")) {
            rewrite("model", Map.of("steps", broken, "task", "tiny"));
            String message = assertThrows(FormatException.class, () -> train("model", new TinyTask(2), 2, Map.of()))
                    .getMessage();
            assertTrue(message.contains(STATE) && message.contains("'" + broken + "'"), message);
        }
    }

    private void rewrite(String name, Map<String, String> metadata) throws IOException {
        Path state = folder.resolve(name).resolve(STATE);
        List<NamedArray> arrays = new ArrayList<>();
        try (SafetensorsFile file = SafetensorsFile.open(state)) {
            for (String tensor : file.names()) {
                arrays.add(NamedArray.ofFloats(tensor, file.shape(tensor), file.floats(tensor)));
            }
        }
        SafetensorsWriter.write(state, arrays, metadata);
    }

    @Test
    void pictureThatCannotBeDrawnIsAWarning() throws IOException {
        Files.createDirectories(folder.resolve("model/loss.png"));
        List<String> said = new ArrayList<>();
        TrainingSettings settings = settings(60, 1, NEVER);
        assertTrue(new TrainingLoop(new TinyTask(2), settings, compute(1), folder.resolve("model"), said::add).run());
        assertTrue(said.getLast().startsWith("warning: ") && said.getLast().contains("loss.png"), said.toString());
        assertTrue(Files.exists(folder.resolve("model").resolve(STATE)));
        assertEquals(List.of("20", "40", "60"), steps("model"));
    }

    @Test
    void brokenCheckpointIsRefused() throws IOException {
        Compute compute = compute(1);
        assertTrue(train("model", new TinyTask(2), settings(2, 1, NEVER), compute));
        Path state = folder.resolve("model").resolve(STATE);
        byte[] bytes = Files.readAllBytes(state);
        Files.write(state, Arrays.copyOf(bytes, bytes.length - 5));
        FormatException broken = assertThrows(
                FormatException.class, () -> train("model", new TinyTask(2), settings(2, 1, NEVER), compute));
        assertTrue(broken.getMessage().contains(state.toString()), broken.getMessage());
    }

    @Test
    void lossThatIsNotFiniteStopsAndLeavesTheCheckpoint() throws IOException {
        Compute compute = compute(1);
        TrainingSettings settings = settings(4, 1, NEVER);
        assertFalse(train(
                "model",
                new TinyTask("tiny", 2, batch -> {
                    if (batch == 1) {
                        Thread.currentThread().interrupt();
                    }
                }),
                settings,
                compute));
        Thread.interrupted();
        byte[] before = Files.readAllBytes(folder.resolve("model").resolve(STATE));
        TinyTask[] task = new TinyTask[1];
        task[0] = new TinyTask("tiny", 2, batch -> {
            Parameter weight = task[0].parameters().getFirst();
            weight.value().fill(Float.NaN);
            weight.changed();
        });
        String message = assertThrows(ArithmeticException.class, () -> train("model", task[0], settings, compute))
                .getMessage();
        assertTrue(message.contains("step 3"), message);
        assertArrayEquals(before, Files.readAllBytes(folder.resolve("model").resolve(STATE)));
    }
}
