package dev.mezzotint.diffusion.model.unet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.Golden;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.nn.ParameterFiles;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UNetTest {
    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @ValueSource(strings = {"unet/sd15_2level_32", "unet/gray_2level_32"})
    void predictsWhatDiffusersDoes(String name) throws IOException {
        check(Golden.carried(name), Compute.best());
    }

    @Test
    void predictsWhatDiffusersDoesOnThreeLevels() throws IOException {
        check(Golden.beside("unet/sd15_3level_32"), Compute.best());
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

    @Test
    void refusesShapesThatDoNotFit() throws IOException {
        UNet unet = load(Golden.carried("unet/sd15_2level_32"));
        Tape tape = Tape.inference(Compute.best());
        Tensor context = Tensor.zeros(1, 77, 32);
        double[] timestep = {1};
        refused(() -> unet.forward(tape, Tensor.zeros(1, 8, 8, 3), timestep, context), "1×8×8×3");
        refused(() -> unet.forward(tape, Tensor.zeros(1, 8, 9, 4), timestep, context), "multiples of 2");
        refused(() -> unet.forward(tape, Tensor.zeros(2, 8, 8, 4), timestep, context), "timesteps");
        refused(() -> unet.forward(tape, Tensor.zeros(1, 8, 8, 4), timestep, Tensor.zeros(1, 77, 31)), "1×77×31");
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
