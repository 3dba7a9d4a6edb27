package dev.mezzotint.clip.tokenizer;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** The golden folders that hold OpenAI's vocabulary, which the project does not carry. */
final class GoldenTokenizer {
    private GoldenTokenizer() {}

    /** A folder under ../shared/golden beside the project; the test is skipped where it is not there. */
    static Path folder(String relative) {
        Path here = Path.of("").toAbsolutePath();
        for (Path at = here; at != null; at = at.getParent()) {
            Path folder = at.resolve("shared/golden").resolve(relative);
            if (Files.isDirectory(folder)) {
                return folder;
            }
        }
        assumeTrue(
                false, "skipped: no shared/golden/" + relative + " beside the project (it holds OpenAI's vocabulary)");
        throw new AssertionError();
    }
}
