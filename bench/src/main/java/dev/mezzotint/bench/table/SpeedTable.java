package dev.mezzotint.bench.table;

import dev.mezzotint.bench.OperatorBenchmark;
import dev.mezzotint.bench.SyntheticWeights;
import dev.mezzotint.bench.operator.Engine;
import dev.mezzotint.bench.operator.Workload;
import dev.mezzotint.engine.checkpoint.DType;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Param;

/**
 * Measures what the goals for speed ask for and prints them as Markdown: {@code bench/table [PART|WORKLOAD...]}. What is not
 * measured anew comes from the runs before; without an argument, all is measured. A workload is one operator of any shape.
 * Engines take turns on one operator after the other.
 */
public final class SpeedTable {
    /** What can be measured on its own. */
    private enum Part {
        /** Single operators, ours and those of peers, with the machine's limits. */
        OPERATORS,
        /** U-Net, VAE and training step. */
        MODELS,
        /** The command line as a whole. */
        PROGRAM,
        /** Nothing: the table of what was measured before. */
        PRINT
    }

    private static final List<String> THREADS = List.of("1", "2");
    private static final int STARTS = 5;

    private final Path root;
    private final Results results;
    private final Benchmarks benchmarks;

    private SpeedTable(Path root) throws IOException {
        this.root = root;
        Path folder = root.resolve("bench/target/table");
        results = new Results(folder.resolve("results.json"));
        benchmarks = new Benchmarks(folder);
    }

    /**
     * Measures, prints and draws. Exits with 2 if a word is wrong, with 1 if something failed, and says so in one line.
     *
     * @param arguments parts and workloads, or none for all parts
     */
    public static void main(String[] arguments) {
        Set<Part> parts = EnumSet.noneOf(Part.class);
        List<String> workloads = new ArrayList<>();
        for (String argument : arguments) {
            Optional<Part> part = Arrays.stream(Part.values())
                    .filter(value -> value.name().equalsIgnoreCase(argument))
                    .findFirst();
            try {
                part.ifPresentOrElse(
                        parts::add, () -> workloads.add(Workload.parse(argument).label()));
            } catch (IllegalArgumentException e) {
                System.err.println(e.getMessage() + "; bench/table --help names the other words");
                System.exit(2);
            }
        }
        try {
            Path root = Path.of(System.getProperty("mezzotint.root", "")).toAbsolutePath();
            SpeedTable table = new SpeedTable(root);
            table.measure(arguments.length == 0 ? EnumSet.allOf(Part.class) : parts);
            table.measureOperators(workloads);
            table.print();
        } catch (IOException | IllegalStateException e) {
            // The message of a file system is no more than a path.
            System.err.println("bench/table failed: " + (e instanceof FileSystemException ? e : e.getMessage()));
            System.exit(1);
        }
    }

    private void measure(Set<Part> parts) throws IOException {
        for (Part part : parts) {
            switch (part) {
                case OPERATORS -> {
                    measureLimits();
                    measureOperators(listed());
                }
                case MODELS -> measureModels();
                case PROGRAM -> measureProgram();
                case PRINT -> {}
            }
        }
    }

    private void measureLimits() throws IOException {
        results.add(benchmarks.run("FmaPeakBenchmark.run", Map.of("kernel", List.of("simd"), "threads", THREADS)));
        results.add(benchmarks.run("MemoryBenchmark.stream", Map.of("threads", THREADS)));
    }

    private void measureOperators(List<String> labels) throws IOException {
        for (String label : labels) {
            Workload workload = Workload.parse(label);
            List<String> engines = Engine.all().stream()
                    .filter(engine -> engine.supports(workload))
                    .map(Engine::name)
                    .toList();
            results.add(benchmarks.run(
                    OperatorTable.BENCHMARK,
                    Map.of("workload", List.of(label), "engine", engines, "threads", THREADS)));
        }
    }

    private void measureModels() throws IOException {
        results.add(benchmarks.run("UNetBenchmark.pass", Map.of("batch", List.of("1", "2"))));
        results.add(benchmarks.run("VaeBenchmark.decode", Map.of()));
        results.add(benchmarks.run("TrainingStepBenchmark.step", Map.of("threads", THREADS)));
        results.add(benchmarks.run("SamplingStepBenchmark.step", Map.of("threads", List.of("2"))));
    }

    private void measureProgram() throws IOException {
        Program program = new Program(root);
        Path picture = Files.createTempDirectory("mezzotint").resolve("picture.png");
        List<Double> starts = new ArrayList<>();
        program.run(List.of("--version")); // builds what is missing
        for (int i = 0; i < STARTS; i++) {
            starts.add(
                    program.run(List.of("a red cube", "-o", picture.toString())).seconds());
        }
        results.add(List.of(Measurement.of(ModelTable.START, Program.median(starts), "s")));
        Path model = SyntheticWeights.folder("sd15", DType.F16);
        Program.Run large = program.run(List.of(
                "a red cube",
                "--model",
                model.toString(),
                "--tokenizer",
                tokenizer().toString(),
                "--size",
                "512x512",
                "--steps",
                "2",
                "--threads",
                "2",
                "-o",
                picture.toString()));
        results.add(List.of(
                Measurement.of(ModelTable.MEMORY, large.peakBytes() / 1e9, "GB"),
                Measurement.of("Program.twoSteps", large.seconds(), "s")));
        Files.deleteIfExists(picture);
    }

    /** Any tokenizer will do with random weights, as long as its ids are in the model's vocabulary. */
    private Path tokenizer() {
        Path openAi = root.resolve("../shared/golden/tokenizer");
        return Files.isDirectory(openAi) ? openAi : root.resolve("models/builtin/tokenizer");
    }

    private void print() throws IOException {
        printRows(new OperatorTable(results).lines(shown(), THREADS));
        printRows(new ModelTable(results).lines());
        Path plot = root.resolve("bench/roofline.svg");
        if (new Roofline(results, "2").draw(plot)) {
            System.err.println("wrote " + plot);
        }
    }

    /** Prints a table, if it has more than its two lines of header. */
    private static void printRows(List<String> lines) {
        if (lines.size() > 2) {
            lines.forEach(System.out::println);
            System.out.println();
        }
    }

    /** What the benchmark lists, then what else was ever measured. */
    private List<String> shown() {
        return Stream.concat(
                        listed().stream(),
                        results.of(OperatorTable.BENCHMARK).stream()
                                .map(measurement -> measurement.parameters().get("workload")))
                .distinct()
                .toList();
    }

    /** The shapes that the benchmark lists. */
    private static List<String> listed() {
        try {
            return List.of(OperatorBenchmark.class
                    .getField("workload")
                    .getAnnotation(Param.class)
                    .value());
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(e);
        }
    }
}
