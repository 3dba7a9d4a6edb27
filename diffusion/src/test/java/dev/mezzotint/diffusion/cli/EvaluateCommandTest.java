package dev.mezzotint.diffusion.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mezzotint.diffusion.pipeline.RandomModel;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.image.Png;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluateCommandTest {
    private static final Path JUDGE = Path.of("../models/judge");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int mezzo(String... arguments) {
        List<String> all =
                Stream.concat(Stream.of("evaluate"), Stream.of(arguments)).toList();
        return Main.run(all, new PrintWriter(out, true), new PrintWriter(err, true), false);
    }

    @Test
    void helpNamesTheOptionsAndShowsExamples() {
        assertEquals(Main.DONE, mezzo("--help"));
        for (String word :
                List.of("--guidance", "--prompts", "--heldout", "--judge", "--sheet", "mezzo evaluate runs/")) {
            assertTrue(out.toString().contains(word), word);
        }
    }

    @Test
    void wrongOptionsAreRefusedInOneLine() {
        assertWrong("--prompts 0", "--prompts", "0");
        assertWrong("--heldout", "--heldout", "-1");
        assertWrong("guidance", "--guidance", "3,much");
        assertWrong("eulerian", "--sampler", "eulerian");
        assertWrong("unicorns", "--data", "unicorns");
        assertWrong("batch", "--batch", "0");
        assertWrong("threads", "--threads", "0");
    }

    private void assertWrong(String named, String... arguments) {
        err.getBuffer().setLength(0);
        assertEquals(Main.WRONG, mezzo(arguments), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
        String line = err.toString();
        for (String word : named.split(" ")) {
            assertTrue(line.contains(word), line);
        }
    }

    @Test
    void whatIsMissingIsNamed(@TempDir Path folder) throws IOException {
        assertEquals(Main.FAILED, mezzo(folder.resolve("nowhere").toString()));
        assertTrue(err.toString().contains("nowhere"), err.toString());
        err.getBuffer().setLength(0);
        Path model = RandomModel.write(folder.resolve("model"), RandomModel.tiny(), DType.F16);
        assertEquals(
                Main.FAILED,
                mezzo(model.toString(), "--judge", folder.resolve("nobody").toString()));
        assertTrue(err.toString().contains("nobody"), err.toString());
        assertEquals(Main.FAILED, mezzo("-o", folder.resolve("no/such/table.md").toString()));
    }

    @Test
    void aModelThatDrawsNoiseIsRightAboutNothing(@TempDir Path folder) throws IOException {
        assumeTrue(Files.isDirectory(JUDGE), "there is no judge in models/judge; train one to run this test");
        Path model = RandomModel.write(folder.resolve("model"), RandomModel.tiny(), DType.F16);
        Path table = folder.resolve("table.md");
        Path sheet = folder.resolve("sheet.png");
        int code = mezzo(
                model.toString(),
                "--judge",
                JUDGE.toString(),
                "--prompts",
                "3",
                "--heldout",
                "2",
                "--guidance",
                "1,7.5",
                "--steps",
                "2",
                "--variety-prompts",
                "2",
                "--variety-seeds",
                "2",
                "--batch",
                "4",
                "-o",
                table.toString(),
                "--sheet",
                sheet.toString());
        assertEquals(Main.DONE, code, err.toString());
        List<String> lines = out.toString().lines().toList();
        assertTrue(lines.get(0).startsWith("| guidance | one object: right |"), lines.get(0));
        assertTrue(lines.get(2).startsWith("| 1 | 0.0 % | 0.0 % | – | 0.0 % |"), lines.get(2));
        assertTrue(lines.get(3).startsWith("| 7.5 | 0.0 % |"), lines.get(3));
        assertEquals(out.toString(), Files.readString(table));
        assertEquals(28 + 10 * 132, Png.read(sheet).height());
    }
}
