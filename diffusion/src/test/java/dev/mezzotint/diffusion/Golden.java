package dev.mezzotint.diffusion;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** A folder of golden files: what was run ({@code case.json}), inputs and outputs ({@code tensors.safetensors}). */
public record Golden(Path folder) {
    /** A case that the project carries, such as {@code unet/sd15_2level_32}. */
    public static Golden carried(String name) {
        Path folder = root().resolve("testdata/src/main/resources/golden").resolve(name);
        if (!Files.isDirectory(folder)) {
            throw new IllegalStateException(folder + " is missing from the project's golden files");
        }
        return new Golden(folder);
    }

    /** A case that is too large for the project or not its own to pass on; the test is skipped where it is absent. */
    public static Golden beside(String name) {
        Path folder = root().resolve("../shared/golden").resolve(name).normalize();
        Assumptions.assumeTrue(
                Files.isDirectory(folder),
                "the project does not carry the golden files " + name + ", and they are not at " + folder);
        return new Golden(folder);
    }

    /** What was run. */
    public Json description() throws IOException {
        return Json.parse(Files.readString(folder.resolve("case.json")));
    }

    /** A tensor as it is stored, in PyTorch's layout. */
    public Tensor tensor(String name) throws IOException {
        try (SafetensorsFile file = open()) {
            return Tensor.of(file.floats(name), file.shape(name));
        }
    }

    /** A picture or latent, brought from PyTorch's layout to (batch, height, width, channels). */
    public Tensor image(String name) throws IOException {
        return tensor(name).toChannelsLast();
    }

    /** A tensor of integers. */
    public long[] integers(String name) throws IOException {
        try (SafetensorsFile file = open()) {
            return file.longs(name);
        }
    }

    private SafetensorsFile open() throws IOException {
        return SafetensorsFile.open(folder.resolve("tensors.safetensors"));
    }

    /** Fails unless both have one shape and differ by at most {@code tolerance} of the largest expected value. */
    public static void assertClose(Tensor expected, Tensor actual, double tolerance, String what) {
        assertEquals(expected.shape(), actual.shape(), what);
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length(); i++) {
            largest = Math.max(largest, Math.abs(expected.get(i)));
            double here = Math.abs((double) expected.get(i) - actual.get(i));
            difference = here >= 0 ? Math.max(difference, here) : Double.POSITIVE_INFINITY;
        }
        double error = difference / largest;
        assertTrue(error <= tolerance, what + " differs by " + error + " of its largest value");
    }

    /** The folder of the project. */
    public static Path root() {
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
