package dev.mezzotint.diffusion.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.pipeline.LatentsFile;
import dev.mezzotint.diffusion.pipeline.ModelFolder;
import dev.mezzotint.diffusion.pipeline.RandomModel;
import dev.mezzotint.diffusion.pipeline.TextToImageModel;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.image.Png;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerateCommandTest {
    @TempDir
    private static Path models;

    private static Path model;

    @TempDir
    private Path folder;

    @BeforeAll
    static void write() throws IOException {
        model = RandomModel.write(models.resolve("tiny"), RandomModel.tiny(), DType.F16);
    }

    @AfterEach
    void nothingHalfWrittenIsLeft() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(
                    List.of(),
                    files.filter(file -> file.toString().endsWith(".tmp")).toList());
        }
    }

    private CommandLineCase generate(Object... more) {
        Object[] words = Stream.concat(
                        Stream.of("a red cube", "--model", model, "--steps", 2, "--seed", 5), Stream.of(more))
                .toArray();
        return CommandLineCase.run(words);
    }

    private Path png(String name) {
        return folder.resolve(name);
    }

    @Test
    void writesAPictureWithItsRecipe() throws IOException {
        Path file = png("cube.png");
        CommandLineCase run =
                generate("-o", file, "--negative", "blue", "--guidance", 3).done();
        assertEquals(file + System.lineSeparator(), run.out());
        assertTrue(run.err().contains("seed 5") && run.err().contains("step 2/2"), run.err());
        Image image = Png.read(file);
        assertEquals(16, image.width());
        assertEquals(3, image.channels());
        assertEquals(
                "a red cube\nNegative prompt: blue\nSteps: 2, Sampler: ddim, CFG scale: 3, Seed: 5, Size: 16x16,"
                        + " Model: tiny, Version: mezzotint " + Version.number(),
                Png.readText(file).get("parameters"));
    }

    @Test
    void theShortFormIsTheLongOne() throws IOException {
        generate("-o", png("short.png")).done();
        CommandLineCase.run(
                        "generate", "a red cube", "--model", model, "--steps", 2, "--seed", 5, "-o", png("long.png"))
                .done();
        CommandLineCase.run("--steps", 2, "--seed=5", "--model", model, "-o", png("mixed.png"), "a red cube")
                .done();
        assertEquals(-1, Files.mismatch(png("short.png"), png("long.png")));
        assertEquals(-1, Files.mismatch(png("short.png"), png("mixed.png")));
    }

    @Test
    void theSameCommandGivesTheSameFile() throws IOException {
        for (String name : List.of("once.png", "again.png")) {
            CommandLineCase.run("a red cube", "--model", model, "--steps", 2, "-o", png(name))
                    .done();
        }
        assertArrayEquals(Files.readAllBytes(png("once.png")), Files.readAllBytes(png("again.png")));
    }

    @Test
    void eachOfSeveralPicturesIsThatOfItsSeedAlone() throws IOException {
        CommandLineCase run = generate("--count", 3, "-o", png("many.png")).done();
        assertEquals(3, run.out().lines().count());
        generate("--count", 2, "-o", png("of-{seed}.png")).done();
        CommandLineCase.run("a red cube", "--model", model, "--steps", 2, "--seed", 6, "-o", png("alone.png"))
                .done();
        assertArrayEquals(
                Png.read(png("alone.png")).data(),
                Png.read(png("many-0002.png")).data());
        assertEquals(-1, Files.mismatch(png("alone.png"), png("of-6.png")));
        assertFalse(Files.mismatch(png("many-0001.png"), png("many-0003.png")) == -1);
    }

    @Test
    void theNumberOfThreadsAndTheTerminalDoNotChangeThePicture() throws IOException {
        generate("--threads", 1, "-o", png("one.png")).done();
        CommandLineCase run = CommandLineCase.runOnTerminal(
                        "a red cube",
                        "--model",
                        model,
                        "--steps",
                        2,
                        "--seed",
                        5,
                        "--threads",
                        3,
                        "-o",
                        png("three.png"))
                .done();
        assertEquals(-1, Files.mismatch(png("one.png"), png("three.png")));
        assertTrue(run.err().contains("\rstep 1/2") && run.err().contains("s left"), run.err());
    }

    @Test
    void latentsGoOutAndComeIn() throws IOException {
        Path start = folder.resolve("start.safetensors");
        LatentsFile.write(start, Tensor.of(new TorchGenerator(5).randn(4 * 8 * 8), 1, 4, 8, 8));
        Path end = folder.resolve("end.safetensors");
        generate("-o", png("seed.png"), "--latents-out", end).done();
        assertEquals("1×4×8×8", LatentsFile.read(end).shape().toString());
        CommandLineCase.run(
                        "a red cube",
                        "--model",
                        model,
                        "--steps",
                        2,
                        "--seed",
                        99,
                        "--latents-in",
                        start,
                        "-o",
                        png("latents.png"))
                .done();
        assertArrayEquals(
                Png.read(png("seed.png")).data(), Png.read(png("latents.png")).data());
        assertTrue(Png.readText(png("latents.png")).get("parameters").contains("start.safetensors"));
    }

    @Test
    void otherSizesSamplersAndTokenizersAreTaken() throws IOException {
        generate("--size", "24x16", "--sampler", "ddpm", "--tokenizer", model.resolve("tokenizer"), "-o", png("a.png"))
                .done();
        assertEquals(24, Png.read(png("a.png")).width());
        assertEquals(16, Png.read(png("a.png")).height());
    }

    @Test
    void severalPicturesAreEachWhatTheyWouldBeAlone() throws IOException {
        generate("--count", 3, "-o", png("many-{seed}.png")).done();
        for (int seed = 5; seed < 8; seed++) {
            CommandLineCase.run("a red cube", "--model", model, "--steps", 2, "--seed", seed, "-o", png("alone.png"))
                    .done();
            assertArrayEquals(Files.readAllBytes(png("alone.png")), Files.readAllBytes(png("many-" + seed + ".png")));
        }
    }

    @Test
    void beginsWithAPictureOfAnyFormatAndKeepsItsSize() throws IOException {
        generate("--size", "24x16", "-o", png("first.png")).done();
        generate("--image", png("first.png"), "--strength", 0.5, "-o", png("second.png"))
                .done();
        Image second = Png.read(png("second.png"));
        assertEquals(24, second.width());
        assertEquals(16, second.height());
        String recipe = Png.readText(png("second.png")).get("parameters");
        assertTrue(recipe.contains("Denoising strength: 0.5, Image: first.png"), recipe);

        BufferedImage grey = new BufferedImage(19, 17, BufferedImage.TYPE_BYTE_GRAY);
        ImageIO.write(grey, "jpeg", png("grey.jpeg").toFile());
        generate("--image", png("grey.jpeg"), "-o", png("third.png")).done();
        assertEquals(18, Png.read(png("third.png")).width());
    }

    @Test
    void aMaskKeepsWhatIsBlack() throws IOException {
        generate("-o", png("first.png")).done();
        byte[] half = new byte[16 * 16];
        Arrays.fill(half, 0, half.length / 2, (byte) 255);
        Png.write(png("mask.png"), new Image(16, 16, 1, half), Map.of());
        Tensor cube = inpainted("a red cube", png("cube.png"));
        Tensor sphere = inpainted("a blue sphere", png("sphere.png"));
        assertEquals("1×4×8×8", cube.shape().toString());
        for (int i = 0; i < cube.length(); i++) {
            boolean open = i % 64 < 32;
            assertEquals(!open, cube.get(i) == sphere.get(i), "value " + i);
        }
    }

    private Tensor inpainted(String prompt, Path file) throws IOException {
        CommandLineCase.run(
                        prompt,
                        "--model",
                        model,
                        "--steps",
                        2,
                        "--image",
                        png("first.png"),
                        "--mask",
                        png("mask.png"),
                        "-o",
                        file,
                        "--latents-out",
                        file + ".safetensors")
                .done();
        return LatentsFile.read(Path.of(file + ".safetensors"));
    }

    @Test
    void showsThePictureWhileItComes() throws IOException {
        generate("--preview-every", 1, "-o", png("p.png")).done();
        assertFalse(Files.exists(png("p.preview.png")), "the preview stays only until the picture is there");
        assertTrue(Files.exists(png("p.png")));
    }

    @Test
    void wrongPicturesAndMasksAreRefused() throws IOException {
        generate("--strength", 0.5, "-o", png("a.png")).refused(Main.WRONG, "--strength", "--image");
        generate("--mask", png("m.png"), "-o", png("a.png")).refused(Main.WRONG, "--mask", "--image");
        generate("--image", png("none.png"), "-o", png("a.png")).refused(Main.FAILED, "none.png", "does not exist");
        Files.writeString(png("text.png"), "no picture");
        generate("--image", png("text.png"), "-o", png("a.png")).refused(Main.FAILED, "text.png", "PNG or JPEG");
        generate("--image", folder, "-o", png("a.png")).refused(Main.FAILED, "is a folder");
        generate("-o", png("b.png")).done();
        generate("--image", png("b.png"), "--strength", 0, "-o", png("a.png")).refused(Main.WRONG, "--strength is 0");
        generate("--image", png("b.png"), "--strength", 0.1, "-o", png("a.png"))
                .refused(Main.WRONG, "leaves none of 2 steps");
        generate("--preview-every", 0, "-o", png("a.png")).refused(Main.WRONG, "--preview-every is 0");
        generate("--preview-vae", folder, "-o", png("a.png")).refused(Main.WRONG, "--preview-every");
        generate("--clip-skip", 9, "-o", png("a.png")).refused(Main.WRONG, "clip skip of 9");
        generate("--lora", ":1", "-o", png("a.png")).refused(Main.WRONG, "names no LoRA");
        generate("--lora", png("none.safetensors"), "-o", png("a.png")).refused(Main.FAILED, "does not exist");
        generate("--prediction", "x", "-o", png("a.png")).refused(Main.WRONG, "prediction_type \"x\"");
    }

    @Test
    void whatTheModelPredictsMayBeSaid() throws IOException {
        generate("-o", png("epsilon.png")).done();
        generate("--prediction", "v", "-o", png("v.png")).done();
        assertFalse(Arrays.equals(
                Png.read(png("epsilon.png")).data(), Png.read(png("v.png")).data()));
    }

    @Test
    void withoutANameThePictureGetsOneThatIsFree() throws IOException {
        assertEquals(folder.resolve("a-red-cube-5.png"), OutputFiles.free(folder, " a red, cube!", 5));
        Files.createFile(folder.resolve("a-red-cube-5.png"));
        assertEquals(folder.resolve("a-red-cube-5-2.png"), OutputFiles.free(folder, "a red cube", 5));
        assertEquals(folder.resolve("picture-5.png"), OutputFiles.free(folder, "…", 5));
        assertTrue(OutputFiles.free(folder, "x".repeat(5000), 1)
                        .getFileName()
                        .toString()
                        .length()
                < 100);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --sampler    | euler_b | ddim, ddpm
                    --steps      | 0       | steps is 0
                    --steps      | 1001    | 1000
                    --steps      | 1000    | steps_offset
                    --steps      | many    | many
                    --guidance   | NaN     | NaN
                    --guidance   | strong  | strong
                    --seed       | first   | first
                    --size       | 64      | WIDTHxHEIGHT
                    --size       | 17x16   | multiples of 2
                    --size       | 0x0     | multiples of 2
                    --size       | 999999x999999 | multiples of 2
                    --size       | 999996x999996 | smaller
                    --count      | 0       | count is 0
                    --threads    | 0       | threads is 0
                    --threads    | 99999   | 1024
                    -o           | x.jpg   | .png
                    --colour     | red     | --colour
                    """)
    void aWrongCommandLineIsExitTwo(String option, String value, String named) {
        Object[] words = option.equals("-o") ? new Object[] {} : new Object[] {"-o", png("never.png")};
        Object[] all = Stream.concat(Stream.of(option, value), Stream.of(words)).toArray();
        // Given twice, an option would be refused for that alone.
        Object[] base = option.equals("--steps")
                ? new Object[] {"a red cube", "--model", model, "--seed", 5}
                : option.equals("--seed")
                        ? new Object[] {"a red cube", "--model", model, "--steps", 2}
                        : new Object[] {"a red cube", "--model", model, "--seed", 5, "--steps", 2};
        CommandLineCase.run(Stream.concat(Stream.of(base), Stream.of(all)).toArray())
                .refused(Main.WRONG, named);
        assertFalse(Files.exists(png("never.png")));
    }

    @Test
    void promptsThatAreNoneAreExitTwo() {
        CommandLineCase.run("", "--model", model).refused(Main.WRONG, "prompt is empty");
        CommandLineCase.run("  ", "--model", model).refused(Main.WRONG, "prompt is empty");
        CommandLineCase.run("generate").refused(Main.WRONG, "PROMPT");
        CommandLineCase.run("a", "red", "cube").refused(Main.WRONG, "'red', 'cube'", "quotes");
        CommandLineCase nothing = CommandLineCase.run();
        assertEquals(Main.WRONG, nothing.status());
        assertTrue(nothing.err().contains("Usage: mezzo"), nothing.err());
    }

    @Test
    void missingOrBrokenModelsAreExitOne() throws IOException {
        CommandLineCase.run("a", "--model", folder.resolve("none"), "-o", png("a.png"))
                .refused(Main.FAILED, "none", "does not exist");
        CommandLineCase.run("a", "--model", folder, "-o", png("a.png")).refused(Main.FAILED, "model_index.json");
        Path file = Files.write(folder.resolve("m.safetensors"), new byte[100]);
        CommandLineCase.run("a", "--model", file, "-o", png("a.png"))
                .refused(Main.FAILED, "m.safetensors", "is not a safetensors file");

        Path broken = RandomModel.write(folder.resolve("broken"), RandomModel.tiny(), DType.F16);
        Path weights = broken.resolve("unet/diffusion_pytorch_model.safetensors");
        byte[] bytes = Files.readAllBytes(weights);
        for (byte[] wrong : List.of(
                new byte[0],
                "<html>".getBytes(java.nio.charset.StandardCharsets.UTF_8),
                Arrays.copyOf(bytes, bytes.length / 2),
                Arrays.copyOf(bytes, 50),
                new byte[] {-1, -1, -1, -1, -1, -1, -1, 127, '{', '}'})) {
            Files.write(weights, wrong);
            CommandLineCase.run("a", "--model", broken, "-o", png("a.png"))
                    .refused(Main.FAILED, "unet/diffusion_pytorch_model.safetensors");
        }
        Files.write(weights, bytes);
        Files.delete(broken.resolve("tokenizer/vocab.json"));
        CommandLineCase.run("a", "--model", broken, "-o", png("a.png")).refused(Main.FAILED, "tokenizer");
        assertFalse(Files.exists(png("a.png")));
    }

    @Test
    void weightsThatAreNotFiniteAreExitOneAndNameTheStep() throws IOException {
        TextToImageModel nan = RandomModel.tiny();
        nan.unet().parameters().list().getFirst().value().fill(Float.NaN);
        Path broken = RandomModel.write(folder.resolve("nan"), nan, DType.F32);
        CommandLineCase.run("a", "--model", broken, "--steps", 3, "-o", png("a.png"))
                .refused(Main.FAILED, "non-finite", "step 1 of 3");
        assertFalse(Files.exists(png("a.png")));
    }

    @Test
    void brokenLatentsAreRefused() throws IOException {
        Path latents = folder.resolve("l.safetensors");
        generate("--latents-in", latents, "-o", png("a.png")).refused(Main.FAILED, "l.safetensors", "does not exist");
        Files.write(latents, new byte[3]);
        generate("--latents-in", latents, "-o", png("a.png")).refused(Main.FAILED, "l.safetensors");
        LatentsFile.write(latents, Tensor.zeros(1, 3, 8, 8));
        generate("--latents-in", latents, "-o", png("a.png")).refused(Main.WRONG, "1×3×8×8", "1×4×8×8");
        generate("--latents-in", latents, "--count", 2, "-o", png("a.png")).refused(Main.WRONG, "--count");
    }

    @Test
    void placesThatCannotBeWrittenAreFoundBeforeTheWork() throws IOException {
        generate("-o", folder.resolve("no/such/a.png")).refused(Main.FAILED, "no/such", "does not exist");
        generate("-o", folder).refused(Main.FAILED, "is a folder");
        Path inTheWay = Files.createFile(folder.resolve("file"));
        generate("-o", inTheWay.resolve("a.png")).refused(Main.FAILED, "does not exist");
        generate("-o", png("a.png"), "--latents-out", folder.resolve("no/l.safetensors"))
                .refused(Main.FAILED, "l.safetensors");
        generate("-o", png("a.png"), "--latents-out", png("a.png")).refused(Main.WRONG, "same file");
        // /proc is a folder in which nobody can make a file, root included.
        Assumptions.assumeTrue(Files.isDirectory(Path.of("/proc/self")), "there is no /proc on this system");
        CommandLineCase run = generate("-o", "/proc/a.png");
        run.refused(Main.FAILED, "/proc", "permissions");
        assertFalse(run.err().contains("step"), run.err());
    }

    @Test
    void aFullDiskLeavesNothing() throws IOException {
        // Writing to this device fails as a full disk does.
        Assumptions.assumeTrue(Files.exists(Path.of("/dev/full")), "there is no /dev/full on this system");
        generate("-o", "/dev/full").refused(Main.FAILED, "/dev/full", "disk is full");
    }

    @Test
    void verboseShowsTheStackTrace() {
        CommandLineCase run =
                CommandLineCase.run("a", "--verbose", "--model", folder.resolve("none"), "-o", png("a.png"));
        assertEquals(Main.FAILED, run.status());
        assertTrue(run.err().contains("\tat "), run.err());
    }

    @Test
    void withoutAHomeTheBuiltInModelIsAskedFor() {
        String home = System.getProperty(ModelFolder.HOME);
        System.clearProperty(ModelFolder.HOME);
        try {
            CommandLineCase.run("a", "-o", png("a.png")).refused(Main.FAILED, "built-in", "./mezzo");
            System.setProperty(ModelFolder.HOME, folder.toString());
            CommandLineCase.run("a", "-o", png("a.png")).refused(Main.FAILED, "models/builtin", "does not exist");
        } finally {
            if (home == null) {
                System.clearProperty(ModelFolder.HOME);
            } else {
                System.setProperty(ModelFolder.HOME, home);
            }
        }
    }
}
