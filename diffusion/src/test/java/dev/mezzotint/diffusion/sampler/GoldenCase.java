package dev.mezzotint.diffusion.sampler;

import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** One folder of golden/schedulers: what was run ({@code case.json}), and the tensors. */
public record GoldenCase(Json description, Path tensors) {
    /** Reads a case by its folder's name. */
    public static GoldenCase read(String name) throws IOException {
        Path folder = schedulers().resolve(name);
        return new GoldenCase(
                Json.parse(Files.readString(folder.resolve("case.json"))), folder.resolve("tensors.safetensors"));
    }

    /** Whether there is such a tensor. */
    public boolean has(String name) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(tensors)) {
            return file.has(name);
        }
    }

    /** A tensor's values. */
    public float[] floats(String name) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(tensors)) {
            return file.floats(name);
        }
    }

    /** A tensor of integers. */
    public int[] integers(String name) throws IOException {
        try (SafetensorsFile file = SafetensorsFile.open(tensors)) {
            long[] values = file.longs(name);
            int[] narrow = new int[values.length];
            for (int i = 0; i < narrow.length; i++) {
                narrow[i] = Math.toIntExact(values[i]);
            }
            return narrow;
        }
    }

    /** Largest difference, relative to the largest expected value. */
    public static double relativeError(float[] expected, float[] actual) {
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            difference = Math.max(difference, Math.abs((double) expected[i] - actual[i]));
        }
        return expected.length == actual.length && difference == difference ? difference / largest : Double.NaN;
    }

    private static Path schedulers() {
        Path within = Path.of("testdata", "src", "main", "resources", "golden", "schedulers");
        String root = System.getProperty("mezzotint.root");
        if (root != null) {
            return Path.of(root).resolve(within);
        }
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve(within))) {
                return folder.resolve(within);
            }
        }
        throw new IllegalStateException("no folder above " + Path.of("").toAbsolutePath() + " holds " + within
                + "; set the system property mezzotint.root to the project's root");
    }
}
