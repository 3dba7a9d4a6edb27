package dev.mezzotint.diffusion.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.pipeline.RandomModel;
import dev.mezzotint.diffusion.pipeline.TextToImageModel;
import dev.mezzotint.engine.checkpoint.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
    @TempDir
    private Path folder;

    @Test
    void countsWhatAFolderHolds() throws IOException {
        TextToImageModel model = RandomModel.tiny();
        Path path = RandomModel.write(folder.resolve("tiny"), model, DType.F16);
        String out = CommandLineCase.run("inspect", path).done().out();
        String unet =
                out.lines().filter(line -> line.startsWith("unet ")).findFirst().orElseThrow();
        assertTrue(
                unet.contains(String.format(
                        Locale.ROOT, "%,d", model.unet().parameters().count())),
                unet);
        assertTrue(unet.contains(" " + model.unet().parameters().list().size() + " "), unet);
        assertTrue(unet.contains("F16"), unet);
        assertTrue(out.contains("pictures: 16x16 RGB") && out.contains("multiples of 2"), out);
        assertTrue(out.contains("built like Stable Diffusion 2.x"), out);
        assertTrue(out.contains("MB for a picture of 16x16 with guidance"), out);
    }

    @Test
    void listsTheTensorsOfAFile() throws IOException {
        Path path = RandomModel.write(folder.resolve("tiny"), RandomModel.tinyOfPixels(1), DType.F32);
        Path weights = path.resolve("unet/diffusion_pytorch_model.safetensors");
        String out = CommandLineCase.run("inspect", weights, "--tensors").done().out();
        assertTrue(out.contains("conv_in.weight  F32  [8, 1, 3, 3]"), out);
        assertEquals(-1, out.indexOf("NaN"));
        assertTrue(CommandLineCase.run("inspect", path).done().out().contains("grey"));
    }

    @Test
    void refusesWhatIsNoModel() throws IOException {
        CommandLineCase.run("inspect", folder.resolve("none")).refused(Main.FAILED, "does not exist");
        CommandLineCase.run("inspect", folder).refused(Main.FAILED, "model_index.json");
        Path file = Files.writeString(folder.resolve("model.ckpt"), "not a model at all");
        CommandLineCase.run("inspect", file).refused(Main.FAILED, "model.ckpt");
    }
}
