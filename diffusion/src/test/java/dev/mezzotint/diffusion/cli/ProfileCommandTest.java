package dev.mezzotint.diffusion.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.pipeline.RandomModel;
import dev.mezzotint.engine.checkpoint.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfileCommandTest {
    @TempDir
    private Path folder;

    private Path model;

    @BeforeEach
    void writeModel() throws IOException {
        model = RandomModel.write(folder.resolve("tiny"), RandomModel.tiny(), DType.F16);
    }

    @Test
    void saysWhereTheTimeGoes() {
        String out = CommandLineCase.run("profile", model, "--threads", "1", "--passes", "2")
                .done()
                .out();
        List<String> lines = out.lines().toList();
        assertTrue(lines.getFirst().contains("on 1 thread, multiply-add peak "), lines.getFirst());
        assertTrue(out.contains("U-Net, 1×8×8×4 under two conditions, layer by layer"), out);
        assertTrue(out.contains("VAE, 1×8×8×4, by family"), out);
        // The first convolution: 9 · 4 · 8 multiply-adds for each of 64 positions; 2 bytes a weight, 4 a value.
        String first = line(lines, "conv 3×3, 8×8×4 → 8");
        double megabytes = (2.0 * 9 * 4 * 8 + 4 * 64 * (4 + 8)) / 1e6;
        assertTrue(first.contains(String.format(Locale.ROOT, "%.2f", megabytes)), first);
        assertTrue(line(lines, "mid_block.attentions.0 ").matches(".*\\d\\.\\d{6} .*"), out);
        assertTrue(lines.stream().anyMatch(l -> l.startsWith("  transformer_blocks.0.attn1.to_q ")), out);
        assertTrue(lines.stream().anyMatch(l -> l.contains(" attention 2×")), out);
        assertTrue(lines.stream().allMatch(l -> l.length() <= 120), out);
    }

    @Test
    void sharesOfTheFamiliesSumToTheWhole() {
        String out =
                CommandLineCase.run("profile", model, "--passes", "2").done().out();
        List<String> families = out.lines()
                .dropWhile(line -> !line.startsWith("U-Net") || !line.contains("by family"))
                .skip(1)
                .takeWhile(line -> !line.isBlank())
                .toList();
        double seconds = families.subList(0, families.size() - 1).stream()
                .mapToDouble(ProfileCommandTest::seconds)
                .sum();
        assertEquals(seconds(families.getLast()), seconds, 1e-5);
        assertTrue(families.getLast().contains("100.0%"), families.getLast());
    }

    @Test
    void withoutGuidanceOneExampleIsRun() {
        String out = CommandLineCase.run("profile", model, "--guidance", "1", "--size", "32x16", "--passes", "1")
                .done()
                .out();
        assertTrue(out.contains("U-Net, 1×8×16×4, by kind and shape"), out);
    }

    @Test
    void refusesWhatCannotBeRun() {
        CommandLineCase.run("profile", folder.resolve("none")).refused(Main.FAILED, "does not exist");
        CommandLineCase.run("profile", model, "--size", "33x16").refused(Main.WRONG, "33x16", "multiples of 2");
        CommandLineCase.run("profile", model, "--threads", "0").refused(Main.WRONG, "--threads is 0");
        CommandLineCase.run("profile", model, "--passes", "0").refused(Main.WRONG, "--passes is 0");
    }

    @Test
    void aSizeThatNoArrayHoldsIsNamed() {
        CommandLineCase run = CommandLineCase.run("profile", model, "--size", "100000x100000");
        assertEquals(Main.FAILED, run.status());
        assertTrue(run.err().contains("50000, 50000, 4] has more elements than one array can hold"), run.err());
    }

    private static String line(List<String> lines, String part) {
        Optional<String> found = lines.stream().filter(l -> l.contains(part)).findFirst();
        return found.orElseThrow(() -> new AssertionError("no line has " + part + " in " + String.join("\n", lines)));
    }

    /** The first column after the name, which takes 76 characters. */
    private static double seconds(String line) {
        return Double.parseDouble(line.substring(76).strip().split(" +")[0]);
    }
}
