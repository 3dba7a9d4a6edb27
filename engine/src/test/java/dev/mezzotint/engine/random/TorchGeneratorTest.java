package dev.mezzotint.engine.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class TorchGeneratorTest {
    private static Path golden() {
        String set = System.getProperty("mezzotint.root");
        Path root = set != null ? Path.of(set) : Path.of("").toAbsolutePath();
        while (root != null) {
            Path found = root.resolve("testdata/src/main/resources/golden/rng");
            if (Files.isDirectory(found)) {
                return found;
            }
            root = root.getParent();
        }
        return fail("testdata/src/main/resources/golden/rng is in no parent folder; set -Dmezzotint.root");
    }

    @Test
    void drawsWhatPyTorchDraws() throws IOException {
        Json cases = Json.parse(Files.readString(golden().resolve("case.json")));
        int checked = 0;
        try (SafetensorsFile tensors = SafetensorsFile.open(golden().resolve("tensors.safetensors"))) {
            for (Json item : cases.get("items").elements()) {
                String name = item.string("name");
                TorchGenerator generator = new TorchGenerator(item.longInteger("seed"));
                if (name.startsWith("stream")) {
                    int[] sizes = {256, 5, 256};
                    for (int draw = 0; draw < sizes.length; draw++) {
                        String part = name + "_" + "abc".charAt(draw);
                        assertNormals(part, tensors.floats(part), generator.randn(sizes[draw]));
                    }
                } else {
                    int n = 1;
                    for (Json size : item.get("shape").elements()) {
                        n *= size.asInt();
                    }
                    float[] expected = tensors.floats(name);
                    if (item.string("fn").equals("rand")) {
                        float[] actual = new float[n];
                        generator.uniform(actual, 0, n);
                        assertArrayEquals(expected, actual, name);
                    } else {
                        assertNormals(name, expected, generator.randn(n));
                    }
                }
                checked++;
            }
        }
        assertEquals(cases.get("items").elements().size(), checked);
    }

    private static void assertNormals(String name, float[] expected, float[] actual) {
        assertEquals(expected.length, actual.length, name);
        for (int i = 0; i < expected.length; i++) {
            int allowed = expected.length < 16 ? 1 : 0;
            int ulps = Math.abs(Float.floatToIntBits(expected[i]) - Float.floatToIntBits(actual[i]));
            assertTrue(ulps <= allowed, name + "[" + i + "]: " + expected[i] + " but " + actual[i]);
        }
    }

    // The numbers below are those of PyTorch 2.13.

    @Test
    void permutesAsPyTorch() {
        assertArrayEquals(new int[] {6, 0, 3, 7, 8, 5, 1, 9, 2, 4}, new TorchGenerator(3).permutation(10));
        assertArrayEquals(new int[] {0}, new TorchGenerator(3).permutation(1));
        assertArrayEquals(new int[0], new TorchGenerator(3).permutation(0));
        int[] large = new TorchGenerator(3).permutation(100_000);
        assertEquals(31951, large[77_777]);
        assertEquals(100_000, Arrays.stream(large).distinct().count());
    }

    @Test
    void drawsIntegersAsPyTorch() {
        TorchGenerator generator = new TorchGenerator(9);
        int[] small = new int[5];
        for (int i = 0; i < 5; i++) {
            small[i] = generator.nextInt(1000);
        }
        assertArrayEquals(new int[] {670, 188, 974, 597, 102}, small);
        for (int expected : new int[] {639588203, 1179225002, 1053137560}) {
            assertEquals(expected, generator.nextInt(Integer.MAX_VALUE));
        }
        assertThrows(IllegalArgumentException.class, () -> generator.nextInt(0));
    }

    @Test
    void takesTheLowBitsOfASeed() {
        assertArrayEquals(
                new float[] {1.2197630405426025f, -0.3929794728755951f}, new TorchGenerator(-1).randn(2), 1e-7f);
        assertArrayEquals(new TorchGenerator(5).randn(4), new TorchGenerator(5 + (1L << 32)).randn(4));
    }

    @Test
    void stateIsPyTorchs() throws Exception {
        TorchGenerator generator = new TorchGenerator(5);
        assertEquals("f4ef6f460154679cfe881f5d260e16f8ed904898fabc025c755a71e2692eb75c", sha256(generator.state()));
        generator.randn(3);
        assertEquals("b4d410285f91ff274a51ee6e3aa48d4890aeb2cf2bd7da29b71a4cbbd79f53f3", sha256(generator.state()));
    }

    @Test
    void goesOnFromItsState() {
        for (int drawn : new int[] {0, 1, 3, 16, 300, 623, 624, 625, 1248}) {
            TorchGenerator generator = new TorchGenerator(11);
            generator.randn(drawn);
            TorchGenerator resumed = TorchGenerator.ofState(generator.state());
            assertArrayEquals(generator.state(), resumed.state());
            assertArrayEquals(generator.randn(7), resumed.randn(7), drawn + " drawn");
            assertArrayEquals(generator.randn(700), resumed.randn(700), drawn + " drawn");
            assertArrayEquals(generator.permutation(50), resumed.permutation(50), drawn + " drawn");
        }
    }

    @Test
    void refusesADamagedState() {
        byte[] state = new TorchGenerator(1).state();
        assertThrows(IllegalArgumentException.class, () -> TorchGenerator.ofState(new byte[16]));
        for (int at : new int[] {8, 9, 11, 16, 23}) {
            byte[] damaged = state.clone();
            damaged[at] = -1;
            assertThrows(IllegalArgumentException.class, () -> TorchGenerator.ofState(damaged), "byte " + at);
        }
    }

    @Test
    void writesOnlyItsRange() {
        float[] buffer = new float[40];
        new TorchGenerator(0).normal(buffer, 3, 33);
        float[] expected = new float[40];
        System.arraycopy(new TorchGenerator(0).randn(33), 0, expected, 3, 33);
        assertArrayEquals(expected, buffer);
        assertThrows(IndexOutOfBoundsException.class, () -> new TorchGenerator(0).normal(buffer, 30, 11));
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
