package dev.mezzotint.diffusion.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.checkpoint.PublishedModel;
import dev.mezzotint.diffusion.model.vae.TinyDecoderFile;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SynthesizeCommandTest {
    @TempDir
    private Path folder;

    @Test
    void writesATinyDecoderUnderBothNames() throws IOException {
        Path taesd = folder.resolve("taesd");
        CommandLineCase run = CommandLineCase.run("synthesize", "taesd", "--dtype", "f16", "-o", taesd)
                .done();
        assertEquals(taesd.toString(), run.out().strip());
        assertTrue(run.err().contains("TAESD with 2,445,063 random weights"), run.err());
        Path file = folder.resolve("taesd_decoder.safetensors");
        CommandLineCase.run("synthesize", "taesd", "--layout", "ldm", "-o", file)
                .done();
        try (SafetensorsFile diffusers = SafetensorsFile.open(taesd.resolve("diffusion_pytorch_model.safetensors"));
                SafetensorsFile original = SafetensorsFile.open(file)) {
            for (String name : original.names()) {
                int dot = name.indexOf('.');
                String other = "decoder.layers." + (Integer.parseInt(name.substring(0, dot)) - 1) + name.substring(dot);
                assertArrayEquals(diffusers.floats(other), original.floats(name), name);
            }
        }
        assertEquals(
                TinyDecoderFile.read(taesd).config(), TinyDecoderFile.read(file).config());
        CommandLineCase.run("synthesize", "taesd", "--vocabulary", folder).refused(Main.WRONG, "--vocabulary");
    }

    @Test
    void saysWhatItKnows() {
        String help = CommandLineCase.run("synthesize", "--help").done().out();
        for (PublishedModel model : PublishedModel.values()) {
            assertTrue(help.contains(model.label()), help);
        }
        CommandLineCase.run("synthesize", "sd99").refused(Main.WRONG, "'sd99'", "take one of sd15");
        CommandLineCase.run("synthesize").refused(Main.WRONG, "MODEL");
    }

    @Test
    void refusesWhatCannotBeWritten() throws IOException {
        CommandLineCase.run("synthesize", "sd15", "--layout", "ldm", "--vocabulary", folder)
                .refused(Main.WRONG, "--vocabulary", "--layout diffusers");
        Path nowhere = folder.resolve("none/sd15.safetensors");
        CommandLineCase.run("synthesize", "sd15", "--layout", "ldm", "-o", nowhere)
                .refused(Main.FAILED, nowhere.toString(), "does not exist");
        Path target = folder.resolve("sd15");
        CommandLineCase.run("synthesize", "sd15", "--vocabulary", folder, "-o", target)
                .refused(Main.FAILED, "vocab.json");
        assertFalse(Files.exists(target));
    }
}
