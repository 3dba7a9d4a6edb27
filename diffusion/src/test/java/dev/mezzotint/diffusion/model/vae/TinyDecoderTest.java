package dev.mezzotint.diffusion.model.vae;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.Golden;
import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.nn.ParameterFiles;
import dev.mezzotint.engine.nn.Parameters;
import dev.mezzotint.engine.parallel.Workers;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TinyDecoderTest {
    private static final double TOLERANCE = 1e-4;

    /** As diffusers publishes it, but 4 channels wide. */
    private static final String CONFIG = """
            {
              "_class_name": "AutoencoderTiny",
              "act_fn": "relu",
              "decoder_block_out_channels": [4, 4, 4, 4],
              "encoder_block_out_channels": [4, 4, 4, 4],
              "force_upcast": false,
              "in_channels": 3,
              "latent_channels": 4,
              "latent_magnitude": 3,
              "latent_shift": 0.5,
              "num_decoder_blocks": [3, 3, 3, 1],
              "num_encoder_blocks": [1, 3, 3, 3],
              "out_channels": 3,
              "scaling_factor": 1.0,
              "upsampling_scaling_factor": 2
            }
            """;

    private final Golden golden = Golden.carried("vae/taesd_4");
    private final Path weights = golden.folder().resolve("taesd_decoder.safetensors");

    @Test
    void decodesAsPyTorchDoes() throws IOException {
        check(TinyDecoderFile.read(weights), Compute.best());
    }

    @Test
    void decodesAsPyTorchDoesWithScalarKernels() throws IOException {
        check(TinyDecoderFile.read(weights), new Compute(KernelSelector.scalar(), Workers.shared()));
    }

    @Test
    void readsTheFolderOfDiffusers(@TempDir Path folder) throws IOException {
        saveFolder(folder, CONFIG);
        check(TinyDecoderFile.read(folder), Compute.best());
    }

    @Test
    void readsASingleFileWithTheNamesOfDiffusers(@TempDir Path folder) throws IOException {
        saveFolder(folder, CONFIG);
        check(TinyDecoderFile.read(folder.resolve("diffusion_pytorch_model.safetensors")), Compute.best());
    }

    @Test
    void publishedSizesGiveThePublishedNumberOfParameters() {
        TinyDecoder decoder = new TinyDecoder(new TinyDecoderConfig(4, 3, 64, List.of(3, 3, 3, 1)));
        assertEquals(1_222_531, decoder.parameters().count());
        assertEquals(8, decoder.config().factor());
    }

    @Test
    void refusesWhatItDoesNotDo(@TempDir Path folder) throws IOException {
        for (String[] change : new String[][] {
            {"\"relu\"", "\"silu\"", "act_fn"},
            {"AutoencoderTiny", "AutoencoderKL", "AutoencoderKL"},
            {"decoder_block_out_channels\": [4, 4", "decoder_block_out_channels\": [8, 4", "[8, 4, 4, 4]"},
            {"\"scaling_factor\": 1.0", "\"scaling_factor\": 0.5", "scaling_factor"},
            {"\"latent_channels\": 4", "\"latent_channels\": 0", "positive"},
            {"\"latent_channels\"", "\"other\"", "latent_channels"}
        }) {
            saveFolder(folder, CONFIG.replace(change[0], change[1]));
            String message = assertThrows(FormatException.class, () -> TinyDecoderFile.read(folder))
                    .getMessage();
            assertTrue(message.contains(change[2]) && message.contains("config.json"), message);
        }
    }

    @Test
    void refusesWeightsOfSomethingElse(@TempDir Path folder) throws IOException {
        Parameters other = new Autoencoder(new VaeConfig(3, 4, List.of(8), 1, 4, 32, 1)).parameters();
        Path file = folder.resolve("vae.safetensors");
        ParameterFiles.save(file, other, DType.F32, Map.of());
        String message = assertThrows(FormatException.class, () -> TinyDecoderFile.read(file))
                .getMessage();
        assertTrue(message.contains("not a tiny autoencoder"), message);
    }

    @Test
    void refusesLatentsOfAnotherModel() {
        TinyDecoder decoder = new TinyDecoder(new TinyDecoderConfig(4, 3, 4, List.of(1, 1)));
        Tape tape = Tape.inference(Compute.best());
        Tensor latents = Tensor.zeros(1, 2, 2, 16);
        String message = assertThrows(IllegalArgumentException.class, () -> decoder.decode(tape, latents))
                .getMessage();
        assertTrue(message.contains("1×2×2×16"), message);
        assertEquals(
                Shape.of(1, 6, 4, 3),
                decoder.decode(tape, Tensor.zeros(1, 3, 2, 4)).shape());
    }

    private void saveFolder(Path folder, String config) throws IOException {
        Files.writeString(folder.resolve("config.json"), config);
        Parameters parameters = TinyDecoderFile.read(weights).parameters();
        ParameterFiles.save(folder.resolve("diffusion_pytorch_model.safetensors"), parameters, DType.F32, Map.of());
    }

    private void check(TinyDecoder decoder, Compute compute) throws IOException {
        Tape tape = Tape.inference(compute);
        Golden.assertClose(golden.image("image"), decoder.decode(tape, golden.image("latents")), TOLERANCE, "picture");
    }
}
