package dev.mezzotint.diffusion.pipeline;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.autograd.Tape;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.checkpoint.NamedArray;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.SafetensorsWriter;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelFolderTest {
    @TempDir
    private Path temporary;

    private final TextToImageModel model = RandomModel.tiny();
    private Path folder;

    @BeforeEach
    void write() throws IOException {
        folder = RandomModel.write(temporary.resolve("model"), model, DType.F32);
    }

    @Test
    void aModelSurvivesBeingWrittenAndRead() throws IOException {
        TextToImageModel read = ModelReader.read(StoredModel.open(folder));
        assertEquals("model", read.name());
        assertEquals(model.unet().config(), read.unet().config());
        assertEquals(16, read.defaultSize());
        assertArrayEquals(draw(model), draw(read));
    }

    @Test
    void halfPrecisionAndModelsOfPixelsAreReadToo() throws IOException {
        TextToImageModel pixels = RandomModel.tinyOfPixels(1);
        Path path = RandomModel.write(temporary.resolve("pixels"), pixels, DType.F16);
        ModelFolder opened = ModelFolder.open(path);
        assertFalse(opened.has(ModelComponent.VAE));
        assertEquals(64, draw(ModelReader.read(opened.stored())).length);
    }

    @Test
    void aTextEncoderMayLeaveOffItsPrefix() throws IOException {
        Path weights = folder.resolve("text_encoder/model.safetensors");
        rewrite(weights, name -> name.substring("text_model.".length()), "");
        assertArrayEquals(draw(model), draw(ModelReader.read(StoredModel.open(folder))));
    }

    @Test
    void aVaeMayHaveTheFirstNamesOfItsAttention() throws IOException {
        rewrite(
                folder.resolve("vae/diffusion_pytorch_model.safetensors"),
                name -> name.replace("to_q", "query")
                        .replace("to_k", "key")
                        .replace("to_v", "value")
                        .replace("to_out.0", "proj_attn"),
                "");
        Tensor x = Tensor.of(new TorchGenerator(3).randn(8 * 8 * 4), 1, 8, 8, 4);
        Tape tape = Tape.inference(Compute.best());
        assertArrayEquals(
                model.vae().orElseThrow().decode(tape, x).data().clone(),
                ModelReader.read(StoredModel.open(folder))
                        .vae()
                        .orElseThrow()
                        .decode(tape, x)
                        .data());
    }

    @Test
    void saysWhatIsMissingOrForeign() throws IOException {
        refused(temporary.resolve("nowhere"), "nowhere", "does not exist");
        refused(temporary, "model_index.json");
        refused(folder.resolve("unet/config.json"), "is a file", "name a folder");

        Json index = JsonFile.read(folder.resolve("model_index.json"));
        withIndex(index, "unet", "SD3Transformer2DModel");
        refused(folder, "model_index.json", "SD3Transformer2DModel", "UNet2DConditionModel");
        withIndex(index, "text_encoder_2", "CLIPTextModelWithProjection");
        refused(folder, "lacks the folder text_encoder_2");
        withIndex(index, "text_encoder_3", "T5EncoderModel");
        refused(folder, "text_encoder_3", "T5EncoderModel");
        Files.writeString(folder.resolve("model_index.json"), "{\"unet\": [");
        refused(folder, "model_index.json", "not JSON");
        JsonFile.write(folder.resolve("model_index.json"), Json.object(Map.of()));
        refused(folder, "names no tokenizer");
        JsonFile.write(folder.resolve("model_index.json"), index);

        Files.delete(folder.resolve("vae/diffusion_pytorch_model.safetensors"));
        refused(folder, "vae", "lacks diffusion_pytorch_model.safetensors", "add it");
        Files.writeString(folder.resolve("vae/diffusion_pytorch_model.bin"), "pickle");
        unreadable("diffusion_pytorch_model.bin");
    }

    @Test
    void saysWhichTensorIsMissingOrHasTheWrongShape() throws IOException {
        Path weights = folder.resolve("unet/diffusion_pytorch_model.safetensors");
        rewrite(weights, name -> name, "conv_in.bias");
        unreadable("diffusion_pytorch_model.safetensors", "conv_in.bias is missing");
        RandomModel.write(folder, model, DType.F32);
        Path configuration = folder.resolve("unet/config.json");
        Files.writeString(
                configuration,
                Files.readString(configuration).replace("\"cross_attention_dim\": 16", "\"cross_attention_dim\": 24"));
        unreadable("attn2.to_k.weight", "16", "24");
    }

    @Test
    void saysWhichConfigurationIsWrong() throws IOException {
        Path configuration = folder.resolve("unet/config.json");
        String said = Files.readString(configuration);
        Files.writeString(configuration, said.replace("block_out_channels", "blocks"));
        unreadable("config.json", "block_out_channels");
        Files.writeString(configuration, said.replace("\"silu\"", "\"mish\""));
        unreadable("config.json", "mish");
        Files.writeString(configuration, said);
        Path scheduler = folder.resolve("scheduler/scheduler_config.json");
        Files.writeString(scheduler, Files.readString(scheduler).replace("scaled_linear", "sigmoid"));
        unreadable("scheduler_config.json", "sigmoid");
    }

    @Test
    void saysWhenComponentsDoNotFitEachOther() throws IOException {
        TextToImageModel other = RandomModel.tinyOfPixels(3);
        ModelWriter.writeInto(temporary.resolve("other"), other, DType.F32);
        for (String file : List.of("config.json", "diffusion_pytorch_model.safetensors")) {
            Files.copy(
                    temporary.resolve("other/unet").resolve(file),
                    folder.resolve("unet").resolve(file),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        unreadable("VAE's latents have 4 channels", "U-Net's 3");
    }

    @Test
    void anUnknownSchedulerClassFallsBackToDdim() throws IOException {
        Path scheduler = folder.resolve("scheduler/scheduler_config.json");
        Files.writeString(scheduler, Files.readString(scheduler).replace("DDIMScheduler", "SomeNewScheduler"));
        assertEquals(
                "ddim",
                ModelReader.read(StoredModel.open(folder)).defaultSampler().label());
    }

    private float[] draw(TextToImageModel drawn) {
        return new TextToImagePipeline(drawn, Compute.best())
                .generate(GenerationRequest.of(drawn, "a red cube", 1).withSteps(2), GenerationListener.SILENT)
                .latents()
                .data();
    }

    private void withIndex(Json index, String component, String type) throws IOException {
        Map<String, Json> members = new LinkedHashMap<>(index.members());
        members.put(component, Json.array(List.of(Json.of("library"), Json.of(type))));
        JsonFile.write(folder.resolve("model_index.json"), Json.object(members));
    }

    private interface Renaming {
        String of(String name);
    }

    private static void rewrite(Path file, Renaming names, String left) throws IOException {
        List<NamedArray> arrays = new ArrayList<>();
        try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
            for (String name : tensors.names()) {
                if (!name.equals(left)) {
                    arrays.add(NamedArray.ofFloats(names.of(name), tensors.shape(name), tensors.floats(name)));
                }
            }
        }
        SafetensorsWriter.write(file, arrays, Map.of());
    }

    private static void refused(Path path, String... named) {
        contains(
                assertThrows(FormatException.class, () -> ModelFolder.open(path))
                        .getMessage(),
                named);
    }

    private void unreadable(String... named) {
        String message = assertThrows(FormatException.class, () -> ModelReader.read(StoredModel.open(folder)))
                .getMessage();
        contains(message, named);
    }

    private static void contains(String message, String... named) {
        for (String part : named) {
            assertTrue(message.contains(part), message);
        }
        assertFalse(message.contains("\n"), message);
    }
}
