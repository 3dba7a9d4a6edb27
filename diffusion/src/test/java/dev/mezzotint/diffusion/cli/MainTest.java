package dev.mezzotint.diffusion.cli;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
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
    void versionIsShown() {
        assertTrue(CommandLineCase.run("--version").done().out().startsWith("mezzotint "));
    }
}
