package dev.mezzotint.diffusion.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    @Test
    void helpNamesCommandsExitCodesAndEnvironment() {
        String help = CommandLineCase.run("--help").done().out();
        for (String part : new String[] {"generate", "inspect", "train", "Exit codes", "JDK_JAVA_OPTIONS", "PROMPT"}) {
            assertTrue(help.contains(part), help);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--negative", "--model", "--tokenizer", "--sampler", "--steps", "--guidance", "--seed", "--size",
                "--count", "--threads", "-o", "--latents-in", "--latents-out", "--verbose", "ddim, ddpm", "Examples",
                "Exit codes"
            })
    void helpOfGenerateNamesEveryOption(String part) {
        String help = CommandLineCase.run("generate", "--help").done().out();
        assertTrue(help.contains(part), help);
    }

    @Test
    void helpShowsABracketAsItIsTyped() {
        String help = CommandLineCase.run("generate", "--help").done().out();
        assertTrue(help.contains(" \\( is a"), help);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "generate", "train", "evaluate", "inspect", "synthesize", "profile"})
    void helpBreaksNoExampleAndNoName(String command) {
        CommandLineCase run =
                command.isEmpty() ? CommandLineCase.run("--help") : CommandLineCase.run(command, "--help");
        String help = run.done().out();
        assertTrue(help.lines().noneMatch(line -> line.matches("(--|path/).*|.* \\.|.*\\(word:")), help);
    }

    @Test
    void verboseMayComeFirst(@TempDir Path folder) {
        CommandLineCase run = CommandLineCase.run("--verbose", "inspect", folder);
        assertEquals(Main.FAILED, run.status());
        assertTrue(run.err().contains("model_index.json") && run.err().contains("\tat "), run.err());
        CommandLineCase.run("--verbose", "").refusedVerbosely(Main.WRONG, "the prompt is empty");
        CommandLineCase.run("--verbose").refusedVerbosely(Main.WRONG, "subcommand");
    }

    @Test
    void aPromptMayBeginWithAnAt(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("words"), "--help");
        CommandLineCase.run("@" + file, "--model", folder).refused(Main.FAILED, "model_index.json");
    }

    @Test
    void errorsAreOneSentence() {
        assertTrue(Failure.sentence(new InternalError("a fault occurred in an unsafe memory access operation"))
                .contains("cut short"));
        assertTrue(Failure.sentence(new ExceptionInInitializerError("x")).contains("a bug"));
        assertTrue(Failure.sentence(new OutOfMemoryError()).contains("batch"));
    }

    @Test
    void versionIsShown() {
        assertTrue(CommandLineCase.run("--version").done().out().startsWith("mezzotint "));
    }
}
