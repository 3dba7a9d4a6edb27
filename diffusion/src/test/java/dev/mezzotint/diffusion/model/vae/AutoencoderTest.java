package dev.mezzotint.diffusion.model.vae;

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
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AutoencoderTest {
    private static final double TOLERANCE = 1e-4;

    @ParameterizedTest
    @ValueSource(strings = {"vae/2level_3ch", "vae/4level_3ch"})
    void encodesAndDecodesAsDiffusersDoes(String name) throws IOException {
        check(Golden.carried(name), Compute.best());
    }

    @Test
    void encodesAndDecodesWithScalarKernels() throws IOException {
        check(Golden.carried("vae/2level_3ch"), new Compute(KernelSelector.scalar(), Workers.shared()));
    }

    @Test
    void configurationSurvivesBeingWritten() throws IOException {
        VaeConfig config = config(Golden.carried("vae/4level_3ch"));
        assertEquals(config, VaeConfig.parse(config.toJson()));
        assertEquals(8, config.factor());
    }

    @Test
    void refusesShapesThatDoNotFit() throws IOException {
        Autoencoder vae = new Autoencoder(config(Golden.carried("vae/2level_3ch")));
        Tape tape = Tape.inference(Compute.best());
        refused(() -> vae.encode(tape, Tensor.zeros(1, 8, 9, 3)), "multiples of 2");
        refused(() -> vae.encode(tape, Tensor.zeros(1, 8, 8, 4)), "1×8×8×4");
        refused(() -> vae.decode(tape, Tensor.zeros(1, 8, 8, 3)), "1×8×8×3");
    }

    private static void refused(Runnable call, String named) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(named), message);
    }

    private static void check(Golden golden, Compute compute) throws IOException {
        Autoencoder vae = new Autoencoder(config(golden));
        ParameterFiles.load(golden.folder().resolve("diffusion_pytorch_model.safetensors"), vae.parameters());
        Tape tape = Tape.inference(compute);
        Autoencoder.Posterior posterior = vae.encode(tape, golden.image("image"));
        Golden.assertClose(golden.image("mean"), posterior.mean(), TOLERANCE, "mean");
        Golden.assertClose(golden.image("logvar"), posterior.logVariance(), TOLERANCE, "logvar");
        tape.reset();
        Golden.assertClose(golden.image("decoded"), vae.decode(tape, golden.image("z")), TOLERANCE, "decoded");
    }

    private static VaeConfig config(Golden golden) throws IOException {
        return VaeConfig.parse(JsonFile.read(golden.folder().resolve("config.json")));
    }
}
