package dev.mezzotint.bench.table;

import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/** Runs JMH benchmarks; what JMH says goes to a file. */
final class Benchmarks {
    private final Path folder;

    /** Logs and results go into a folder. */
    Benchmarks(Path folder) {
        this.folder = folder;
    }

    /**
     * Runs one benchmark with all combinations of the parameters.
     *
     * @param benchmark class and method
     * @return what was measured; a combination that failed is left out, and the log says why
     */
    List<Measurement> run(String benchmark, Map<String, List<String>> parameters) throws IOException {
        Files.createDirectories(folder);
        Path json = folder.resolve("jmh.json");
        Path log = folder.resolve("jmh-" + benchmark + "-" + Math.abs(parameters.hashCode()) + ".log");
        System.err.println("running " + benchmark + " " + parameters + ", log " + log);
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("\\." + benchmark.replace(".", "\\.") + "$")
                .resultFormat(ResultFormatType.JSON)
                .result(json.toString())
                .output(log.toString())
                .addProfiler(GCProfiler.class);
        parameters.forEach((name, values) -> options.param(name, values.toArray(String[]::new)));
        try {
            new Runner(options.build()).run();
        } catch (RunnerException e) {
            throw new IllegalStateException(benchmark + " did not run: " + e.getMessage() + "; see " + log, e);
        }
        List<Measurement> measured = Json.parse(Files.readString(json)).elements().stream()
                .map(Measurement::parse)
                .toList();
        int wanted = parameters.values().stream().mapToInt(List::size).reduce(1, (a, b) -> a * b);
        if (measured.size() < wanted) {
            System.err.println("only " + measured.size() + " of " + wanted + " measured; see " + log);
        }
        return measured;
    }
}
