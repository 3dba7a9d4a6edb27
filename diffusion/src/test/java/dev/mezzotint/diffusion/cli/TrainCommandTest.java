package dev.mezzotint.diffusion.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.training.TrainingLoop;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.data.DatasetProviders;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class TrainCommandTest {
    @TempDir
    private Path folder;

    private Object[] words(Object... more) {
        return Stream.concat(
                        Stream.of(
                                "train",
                                "--data",
                                "scenes",
                                "--data-option",
                                "count=8",
                                "--out",
                                folder.resolve("run"),
                                "--stage"),
                        Arrays.stream(more))
                .toArray();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --steps    | -1     | --steps must be a positive
                    --steps    | 0      | --steps must be a positive
                    --batch    | -3     | --batch must be a positive
                    --rate     | 0      | --rate must be a positive
                    --rate     | NaN    | --rate must be a positive
                    --examples | -1     | --examples must be a positive
                    --examples | 3      | --batch and --examples
                    --threads  | 0      | threads is 0
                    --data-option | colour=red | colour
                    """)
    void aWrongCommandLineIsExitTwo(String option, String value, String named) {
        CommandLineCase.run(words("vae", option, value)).refused(Main.WRONG, named);
        assertFalse(Files.exists(folder.resolve("run")));
    }

    @Test
    void anUnknownDataSetIsExitTwo() {
        CommandLineCase.run("train", "--data", "faces", "--out", folder).refused(Main.WRONG, "faces", "scenes");
    }

    @Test
    void aFileInPlaceOfTheFolderIsExitOne() throws IOException {
        Files.createFile(folder.resolve("run"));
        CommandLineCase.run(words("vocabulary")).refused(Main.FAILED, "is a file");
    }

    @Test
    void whatIsSaidGoesToTheCommandsOwnStreams() {
        CommandLineCase run = CommandLineCase.run(words("vocabulary")).done();
        assertEquals(folder.resolve("run/model") + System.lineSeparator(), run.out());
        assertTrue(run.err().contains("vocabulary: "), run.err());
        assertTrue(Files.exists(folder.resolve("run/model/tokenizer/vocab.json")));
    }

    /** A request to end comes to the process as Ctrl-C does. */
    @Test
    void endedTrainingLeavesACheckpoint() throws IOException, InterruptedException, ClassNotFoundException {
        Assumptions.assumeTrue(
                ProcessHandle.current().supportsNormalTermination(), "processes cannot be asked to end on this system");
        Stream<String> java = Stream.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Djava.awt.headless=true",
                "-Dmezzotint.kernels=scalar",
                "-cp",
                classPath(),
                Main.class.getName());
        Stream<String> words = Arrays.stream(words("vae", "--examples", 4, "--batch", 1, "--steps", 100_000))
                .map(String::valueOf);
        Process child = new ProcessBuilder(Stream.concat(java, words).toList())
                .redirectErrorStream(true)
                .start();
        try (var lines = child.inputReader()) {
            // The log's folder is made when the first step begins.
            Path begun = folder.resolve("run/vae");
            while (child.isAlive() && !Files.exists(begun)) {
                Thread.sleep(20);
            }
            child.toHandle().destroy(); // Process.destroy closes what the child said
            assertTrue(child.waitFor(100, TimeUnit.SECONDS));
            List<String> said = lines.lines().toList();
            assertTrue(
                    said.contains("mezzo: stopped; the same command goes on from the last checkpoint"),
                    said.toString());
        } finally {
            child.destroyForcibly();
        }
        try (SafetensorsFile saved = SafetensorsFile.open(folder.resolve("run/vae/checkpoint/state.safetensors"))) {
            assertEquals("vae", saved.metadata().get("task"));
        }
    }

    /** Where the classes that the child needs come from: a test runner's own class path may not name them. */
    private static String classPath() throws ClassNotFoundException {
        Class<?> scenes = DatasetProviders.find("scenes").getClass();
        return Stream.of(
                        scenes,
                        Class.forName("org.joml.Vector3f", false, scenes.getClassLoader()),
                        TrainCommandTest.class,
                        TrainingLoop.class,
                        dev.mezzotint.clip.tokenizer.Tokenizer.class,
                        Tape.class,
                        CommandLine.class)
                .map(Class::getProtectionDomain)
                .map(domain -> Path.of(
                                URI.create(domain.getCodeSource().getLocation().toString()))
                        .toString())
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }
}
