package dev.mezzotint.diffusion.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.diffusion.Golden;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.TensorFile;
import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.kernel.Activation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The same weights as a folder and as one file in the original names. */
class GoldenSingleFileTest {
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";

    @Test
    void findsTheFoldersSizes() throws IOException {
        Path folder = Golden.beside("single_file").folder();
        try (TensorFile file = SafetensorsFile.open(folder.resolve("model_ldm.safetensors"))) {
            SingleFile single = SingleFile.of(file, Optional.empty());
            Architecture found = single.architecture();
            assertEquals(Family.SD1, found.family());
            assertEquals(List.of(), single.remarks());

            // The size of the pictures it was trained on is in no tensor's shape.
            Json json = JsonFile.read(folder.resolve("model/unet/config.json"));
            Map<String, Json> members = new LinkedHashMap<>(json.members());
            members.put("sample_size", Json.of(64));
            members.put("attention_head_dim", Json.of(8));
            assertEquals(UNetConfig.parse(Json.object(members)), found.unet());
            members = new LinkedHashMap<>(
                    JsonFile.read(folder.resolve("model/vae/config.json")).members());
            members.put("sample_size", Json.of(512));
            assertEquals(VaeConfig.parse(Json.object(members)), found.vae());
            assertEquals(
                    List.of(new ClipTextConfig(49408, 128, 512, 2, 2, 77, Activation.QUICK_GELU, 1e-5, 49407, 0)),
                    found.texts());
            assertEquals("epsilon", found.scheduler().string("prediction_type"));
        }
    }

    @Test
    void hasTheFoldersTensors() throws IOException {
        Path folder = Golden.beside("single_file").folder();
        try (TensorFile file = SafetensorsFile.open(folder.resolve("model_ldm.safetensors"))) {
            SingleFile single = SingleFile.of(file, Optional.of(PredictionType.EPSILON));
            assertSame(folder.resolve("model/unet").resolve(WEIGHTS), single.unet());
            assertSame(folder.resolve("model/vae").resolve(WEIGHTS), single.vae());
            TensorFile text = single.texts().getFirst();
            String name = "text_model.encoder.layers.1.self_attn.q_proj.weight";
            assertArrayEquals(
                    file.tensor("cond_stage_model.transformer." + name).floats(),
                    text.tensor(name).floats());
        }
    }

    private static void assertSame(Path expected, TensorFile actual) throws IOException {
        try (TensorFile folder = SafetensorsFile.open(expected)) {
            assertEquals(Set.copyOf(folder.names()), Set.copyOf(actual.names()));
            for (String name : folder.names()) {
                assertArrayEquals(
                        folder.tensor(name).shape(), actual.tensor(name).shape(), name);
                float[] values = folder.tensor(name).floats();
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
                }
                assertArrayEquals(values, actual.tensor(name).floats(), name);
            }
        }
    }
}
