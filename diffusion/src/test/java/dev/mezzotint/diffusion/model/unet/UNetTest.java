package dev.mezzotint.diffusion.model.unet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.Golden;
import dev.mezzotint.diffusion.model.unet.UNetConditions.TextAndSizes;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.ShapeOps;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.nn.AttentionContext;
import dev.mezzotint.engine.nn.ParameterFiles;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UNetTest {
    private static final double TOLERANCE = 1e-4;

    private static final UNetConfig TOLD_EVERYTHING = new UNetConfig(
            1,
            1,
            4,
            List.of(4, 8),
            List.of(false, true),
            List.of(false, true),
            1,
            List.of(1, 2),
            4,
            2,
            1e-5,
            true,
            List.of(1, 2),
            false,
            Optional.of(new UNetConfig.Added(3, 4)),
            6);

    @ParameterizedTest
    @ValueSource(strings = {"unet/sd15_2level_32", "unet/gray_2level_32"})
    void predictsWhatDiffusersDoes(String name) throws IOException {
        check(Golden.carried(name), Compute.best());
    }

    @ParameterizedTest
    @ValueSource(strings = {"unet/sd15_3level_32", "unet/sd21_2level_32", "unet/inpaint_2level_32"})
    void predictsWhatDiffusersDoesForOtherSizes(String name) throws IOException {
        check(Golden.beside(name), Compute.best());
    }

    @Test
    void predictsWhatDiffusersDoesForPooledTextsAndSizes() throws IOException {
        Golden golden = Golden.beside("unet/sdxl_2level_32");
        UNet unet = load(golden);
        Tape tape = Tape.inference(Compute.best());
        for (int i = 0; i < 2; i++) {
            TextAndSizes added =
                    new TextAndSizes(golden.tensor("text_embeds_" + i), rows(golden.tensor("time_ids_" + i)));
            UNetConditions conditions =
                    new UNetConditions(golden.tensor("context_" + i), Optional.of(added), Optional.empty());
            Tensor out = unet.forward(tape, golden.image("x_" + i), timesteps(golden, i), conditions);
            Golden.assertClose(golden.image("out_" + i), out, TOLERANCE, "out_" + i);
            tape.reset();
        }
    }

    /** The golden files hold numbers in the guidance embedding's place; {@link WavesTest} covers the embedding. */
    @Test
    void predictsWhatDiffusersDoesForBuiltInGuidance() throws IOException {
        Golden golden = Golden.beside("unet/lcm_2level_32");
        UNet unet = load(golden);
        Tape tape = Tape.inference(Compute.best());
        for (int i = 0; i < 2; i++) {
            Optional<Tensor> guidance = Optional.of(golden.tensor("timestep_cond_" + i));
            Tensor time = unet.embed(tape, timesteps(golden, i), guidance, Optional.empty());
            Tensor out = unet.denoise(
                    tape, golden.image("x_" + i), time, AttentionContext.once(golden.tensor("context_" + i)));
            Golden.assertClose(golden.image("out_" + i), out, TOLERANCE, "out_" + i);
            tape.reset();
        }
    }

    @Test
    void guidanceAndSizesReachThePrediction() {
        UNet unet = new UNet(TOLD_EVERYTHING);
        unet.parameters().initialize(new TorchGenerator(1));
        Tape tape = Tape.inference(Compute.best());
        float[] plain = predict(unet, tape, 6, 64);
        assertArrayEquals(plain, predict(unet, tape, 6, 64));
        assertFalse(Arrays.equals(plain, predict(unet, tape, 6.5, 64)));
        assertFalse(Arrays.equals(plain, predict(unet, tape, 6, 65)));
    }

    private static float[] predict(UNet unet, Tape tape, double guidance, double height) {
        TextAndSizes added =
                new TextAndSizes(Tensor.of(new float[] {1, 2, 3}, 1, 3), new double[][] {{height, 64, 0, 0, 64, 64}});
        UNetConditions conditions =
                new UNetConditions(Tensor.zeros(1, 2, 4), Optional.of(added), Optional.of(new double[] {guidance}));
        Tensor x = Tensor.of(new TorchGenerator(3).randn(16), 1, 4, 4, 1);
        float[] out =
                unet.forward(tape, x, new double[] {500}, conditions).data().clone();
        tape.reset();
        return out;
    }

    @Test
    void refusesConditionsThatDoNotFit() throws IOException {
        Tape tape = Tape.inference(Compute.best());
        Tensor x = Tensor.zeros(1, 4, 4, 1);
        Tensor context = Tensor.zeros(1, 2, 4);
        double[] timestep = {1};
        Optional<double[]> scale = Optional.of(timestep);
        Optional<TextAndSizes> added = Optional.of(new TextAndSizes(Tensor.zeros(1, 3), new double[1][6]));
        UNet told = new UNet(TOLD_EVERYTHING);
        UNet plain = load(Golden.carried("unet/gray_2level_32"));
        refused(() -> told.forward(tape, x, timestep, context), "sizes are missing");
        refused(
                () -> told.forward(tape, x, timestep, new UNetConditions(context, added, Optional.empty())),
                "guidance built in");
        refused(() -> told.forward(tape, x, timestep, conditions(Tensor.zeros(1, 2), new double[1][6])), "(1, 3)");
        refused(() -> told.forward(tape, x, timestep, conditions(Tensor.zeros(1, 3), new double[1][5])), "got 5");
        refused(() -> told.forward(tape, x, timestep, conditions(Tensor.zeros(1, 3), new double[2][6])), "got 2");
        Tensor gray = Tensor.zeros(1, 8, 8, 1);
        Tensor text = Tensor.zeros(1, 2, 32);
        refused(
                () -> plain.forward(tape, gray, timestep, new UNetConditions(text, added, Optional.empty())),
                "not known to this model");
        refused(
                () -> plain.forward(tape, gray, timestep, new UNetConditions(text, Optional.empty(), scale)),
                "not known to this model");
    }

    private static UNetConditions conditions(Tensor pooled, double[][] sizes) {
        return new UNetConditions(
                Tensor.zeros(1, 2, 4), Optional.of(new TextAndSizes(pooled, sizes)), Optional.of(new double[] {1}));
    }

    private static double[][] rows(Tensor matrix) {
        double[][] rows = new double[matrix.size(0)][matrix.size(1)];
        for (int r = 0; r < rows.length; r++) {
            for (int c = 0; c < rows[r].length; c++) {
                rows[r][c] = matrix.get(r * rows[r].length + c);
            }
        }
        return rows;
    }

    @Test
    void predictsWhatDiffusersDoesWithScalarKernels() throws IOException {
        check(Golden.carried("unet/sd15_2level_32"), new Compute(KernelSelector.scalar(), Workers.shared()));
    }

    @Test
    void configurationSurvivesBeingWritten() throws IOException {
        UNetConfig config = config(Golden.carried("unet/sd15_2level_32"));
        assertEquals(config, UNetConfig.parse(config.toJson()));
    }

    /** On grids as wide as the batch is large, a value for each example could be mistaken for one for each column. */
    @ParameterizedTest
    @ValueSource(ints = {2, 4, 8})
    void oneExampleDoesNotDependOnItsNeighbours(int width) throws IOException {
        Golden golden = Golden.carried("unet/sd15_2level_32");
        UNet unet = load(golden);
        Tensor x = Tensor.of(new TorchGenerator(width).randn(2 * 4 * width * 4), 2, 4, width, 4);
        Tensor context = golden.tensor("context_1");
        double[] timesteps = timesteps(golden, 1);
        Tape tape = Tape.inference(Compute.best());
        float[] both = unet.forward(tape, x, timesteps, context).data().clone();
        tape.reset();
        Tensor second =
                Tensor.of(Arrays.copyOfRange(x.data(), x.length() / 2, x.length()), 1, x.size(1), x.size(2), x.size(3));
        Tensor secondContext = Tensor.of(
                Arrays.copyOfRange(context.data(), context.length() / 2, context.length()),
                1,
                context.size(1),
                context.size(2));
        float[] alone = unet.forward(tape, second, new double[] {timesteps[1]}, secondContext)
                .data()
                .clone();
        assertArrayEquals(Arrays.copyOfRange(both, both.length / 2, both.length), alone);
    }

    /** Attention from the start, below the first level, on the way up alone, and models told of sizes. */
    @ParameterizedTest
    @CsvSource({"true, true, false", "false, true, false", "false, false, false", "true, true, true"})
    void latentsThatConditionsShareGiveTheBitsOfCopies(boolean first, boolean second, boolean told) {
        UNet unet = new UNet(new UNetConfig(
                4,
                4,
                8,
                List.of(16, 32),
                List.of(first, second),
                List.of(true, false),
                1,
                List.of(2, 2),
                12,
                4,
                1e-5,
                true,
                List.of(2, 1),
                first,
                told ? Optional.of(new UNetConfig.Added(3, 4)) : Optional.empty(),
                0));
        unet.parameters().initialize(new TorchGenerator(1));
        Tensor x = Tensor.of(new TorchGenerator(2).randn(2 * 8 * 6 * 4), 2, 8, 6, 4);
        double[][] sizes = {{1, 2, 3, 4, 5, 6}, {6, 5, 4, 3, 2, 1}, {1}, {2}, {3}, {4}};
        Arrays.setAll(sizes, i -> Arrays.copyOf(sizes[i], UNetConfig.SIZES));
        UNetConditions conditions = new UNetConditions(
                Tensor.of(new TorchGenerator(3).randn(6 * 5 * 12), 6, 5, 12),
                told
                        ? Optional.of(new TextAndSizes(Tensor.of(new TorchGenerator(4).randn(6 * 3), 6, 3), sizes))
                        : Optional.empty(),
                Optional.empty());
        float[] input = x.data().clone();
        for (Tape tape : List.of(Tape.inference(Compute.best()), Tape.recording(Compute.best()))) {
            Tensor shared = unet.forward(tape, x, new double[] {900, 10}, conditions);
            assertArrayEquals(input, x.data());
            Tensor copies = ShapeOps.repeat(tape, x, 6);
            double[] timesteps = {900, 10, 900, 10, 900, 10};
            assertArrayEquals(unet.forward(tape, copies, timesteps, conditions).data(), shared.data());
        }
    }

    @Test
    void refusesShapesThatDoNotFit() throws IOException {
        UNet unet = load(Golden.carried("unet/sd15_2level_32"));
        Tape tape = Tape.inference(Compute.best());
        Tensor context = Tensor.zeros(1, 77, 32);
        double[] timestep = {1};
        refused(() -> unet.forward(tape, Tensor.zeros(1, 8, 8, 3), timestep, context), "1×8×8×3");
        refused(() -> unet.forward(tape, Tensor.zeros(2, 8, 8, 4), timestep, context), "timesteps");
        refused(() -> unet.forward(tape, Tensor.zeros(1, 8, 8, 4), timestep, Tensor.zeros(1, 77, 31)), "1×77×31");
        Tensor three = Tensor.zeros(3, 77, 32);
        refused(() -> unet.forward(tape, Tensor.zeros(2, 8, 8, 4), new double[2], three), "2 or a multiple");
    }

    private static void refused(Runnable call, String named) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(named), message);
    }

    private static void check(Golden golden, Compute compute) throws IOException {
        UNet unet = load(golden);
        Tape tape = Tape.inference(compute);
        for (int i = 0; i < 2; i++) {
            Tensor out =
                    unet.forward(tape, golden.image("x_" + i), timesteps(golden, i), golden.tensor("context_" + i));
            Golden.assertClose(golden.image("out_" + i), out, TOLERANCE, "out_" + i);
            tape.reset();
        }
    }

    private static double[] timesteps(Golden golden, int index) throws IOException {
        return Arrays.stream(golden.integers("t_" + index)).asDoubleStream().toArray();
    }

    private static UNetConfig config(Golden golden) throws IOException {
        return UNetConfig.parse(JsonFile.read(golden.folder().resolve("config.json")));
    }

    private static UNet load(Golden golden) throws IOException {
        UNet unet = new UNet(config(golden));
        ParameterFiles.load(golden.folder().resolve("diffusion_pytorch_model.safetensors"), unet.parameters());
        return unet;
    }
}
