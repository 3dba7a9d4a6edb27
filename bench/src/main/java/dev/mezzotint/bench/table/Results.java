package dev.mezzotint.bench.table;

import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** All measurements so far, kept in a file; a new one takes the place of an old one of the same thing. */
final class Results {
    private final Path file;
    private final Map<String, Measurement> all = new TreeMap<>();

    /** What a file holds, or nothing if there is none yet. */
    Results(Path file) throws IOException {
        this.file = file;
        if (Files.exists(file)) {
            JsonFile.read(file).elements().forEach(json -> put(Measurement.parse(json)));
        }
    }

    /** Adds measurements and writes the file. */
    void add(List<Measurement> measurements) throws IOException {
        measurements.forEach(this::put);
        Files.createDirectories(file.toAbsolutePath().getParent());
        JsonFile.write(
                file, Json.array(all.values().stream().map(Measurement::toJson).toList()));
    }

    private void put(Measurement measurement) {
        all.put(measurement.key(), measurement);
    }

    /** The measurements of a benchmark. */
    List<Measurement> of(String benchmark) {
        return all.values().stream()
                .filter(measurement -> measurement.benchmark().equals(benchmark))
                .toList();
    }

    /** The measurement of a benchmark with these parameters, whatever its others. */
    Optional<Measurement> find(String benchmark, Map<String, String> parameters) {
        return of(benchmark).stream()
                .filter(measurement -> measurement.parameters().entrySet().containsAll(parameters.entrySet()))
                .findFirst();
    }
}
