package dev.mezzotint.clip.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.nn.ParameterFiles;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder of golden files of CLIP: configuration, weights, inputs and what transformers computes from them. */
record GoldenClip(Path folder) {
    private static final double TOLERANCE = 1e-4;

    static GoldenClip of(String name) {
        return new GoldenClip(
                root().resolve("testdata/src/main/resources/golden/clip").resolve(name));
    }

    Json config() throws IOException {
        return JsonFile.read(folder.resolve("config.json"));
    }

    void load(Parameters parameters) throws IOException {
        ParameterFiles.load(folder.resolve("model.safetensors"), parameters);
    }

    Tensor tensor(String name) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("tensors.safetensors"))) {
            return Tensor.of(file.floats(name), file.shape(name));
        }
    }

    int[][] ids() throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(folder.resolve("tensors.safetensors"))) {
            long[] flat = file.longs("ids");
            int[] shape = file.shape("ids");
            int[][] ids = new int[shape[0]][shape[1]];
            for (int i = 0; i < flat.length; i++) {
                ids[i / shape[1]][i % shape[1]] = (int) flat[i];
            }
            return ids;
        }
    }

    /** Fails unless the tensor of this name is met within 1e-4 of its largest value. */
    void check(String name, Tensor actual) throws IOException {
        Tensor expected = tensor(name);
        assertEquals(expected.shape(), actual.shape(), name);
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length(); i++) {
            largest = Math.max(largest, Math.abs(expected.get(i)));
            double here = Math.abs((double) expected.get(i) - actual.get(i));
            difference = here >= 0 ? Math.max(difference, here) : Double.POSITIVE_INFINITY;
        }
        assertTrue(
                difference <= TOLERANCE * largest,
                name + " differs by " + difference / largest + " of its largest value");
    }

    private static Path root() {
        String given = System.getProperty("mezzotint.root");
        if (given != null) {
            return Path.of(given);
        }
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("testdata/src/main/resources/golden"))) {
                return folder;
            }
        }
        throw new IllegalStateException("no folder above " + Path.of("").toAbsolutePath()
                + " is the project's; set the system property mezzotint.root to it");
    }
}
