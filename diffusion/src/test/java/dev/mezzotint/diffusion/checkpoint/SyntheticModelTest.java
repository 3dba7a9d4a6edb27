package dev.mezzotint.diffusion.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.checkpoint.SafetensorsFile;
import dev.mezzotint.engine.checkpoint.TensorFile;
import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SyntheticModelTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    void bothLayoutsHoldTheSameModel(PublishedModel published) throws IOException {
        bothLayoutsHoldTheSame(published, DType.F16);
    }

    @Test
    void earlyModelsHadOtherNamesInFloats() throws IOException {
        bothLayoutsHoldTheSame(PublishedModel.SD15, DType.F32);
        try (TensorFile vae =
                        SafetensorsFile.open(folder.resolve("diffusers/vae/diffusion_pytorch_model.safetensors"));
                TensorFile text = SafetensorsFile.open(folder.resolve("diffusers/text_encoder/model.safetensors"))) {
            assertTrue(vae.has("decoder.mid_block.attentions.0.proj_attn.weight"));
            assertArrayEquals(
                    new int[] {1, 77},
                    text.tensor("text_model.embeddings.position_ids").shape());
        }
    }

    private void bothLayoutsHoldTheSame(PublishedModel published, DType dtype) throws IOException {
        Architecture tiny = TinyArchitectures.of(published);
        SyntheticModel model = new SyntheticModel(published, tiny, dtype, 3);
        Path diffusers = folder.resolve("diffusers");
        Path ldm = folder.resolve("ldm.safetensors");
        model.writeFolder(diffusers, Optional.empty());
        model.writeFile(ldm);

        assertEquals(tiny.unet(), UNetConfig.parse(JsonFile.read(diffusers.resolve("unet/config.json"))));
        assertEquals(tiny.vae(), VaeConfig.parse(JsonFile.read(diffusers.resolve("vae/config.json"))));
        assertEquals(tiny.scheduler(), JsonFile.read(diffusers.resolve("scheduler/scheduler_config.json")));
        try (TensorFile file = SafetensorsFile.open(ldm)) {
            SingleFile single = SingleFile.of(file, Optional.empty());
            assertEquals(tiny.family(), single.architecture().family());
            assertEquals(
                    withSampleSize(tiny.unet(), single.architecture().unet()),
                    single.architecture().unet());
            assertEquals(tiny.texts(), single.architecture().texts());
            assertEquals(tiny.vae().channels(), single.architecture().vae().channels());
            assertEquals(tiny.vae().scalingFactor(), single.architecture().vae().scalingFactor());
            assertSame(diffusers.resolve("unet/diffusion_pytorch_model.safetensors"), single.unet());
            assertSame(diffusers.resolve("vae/diffusion_pytorch_model.safetensors"), single.vae());
            for (int i = 0; i < tiny.texts().size(); i++) {
                Path text = diffusers.resolve("text_encoder" + (i == 0 ? "" : "_2"));
                assertEquals(tiny.texts().get(i), ClipTextConfig.parse(JsonFile.read(text.resolve("config.json"))));
                assertSame(text.resolve("model.safetensors"), single.texts().get(i));
            }
        }
    }

    /** No tensor's shape tells the size of pictures; distilled models are smaller than their families. */
    private static UNetConfig withSampleSize(UNetConfig c, UNetConfig other) {
        return new UNetConfig(
                c.inChannels(),
                c.outChannels(),
                other.sampleSize(),
                c.channels(),
                c.downAttention(),
                c.upAttention(),
                c.layersPerBlock(),
                c.heads(),
                c.contextWidth(),
                c.normGroups(),
                c.normEpsilon(),
                c.linearProjection(),
                c.transformerLayers(),
                c.middle(),
                c.added(),
                c.guidanceWidth());
    }

    private static void assertSame(Path expected, TensorFile actual) throws IOException {
        try (TensorFile diffusers = SafetensorsFile.open(expected)) {
            int places = 0;
            for (String old : diffusers.names()) {
                if (old.endsWith("position_ids")) {
                    places++;
                    continue;
                }
                String name = old.replace(".query.", ".to_q.")
                        .replace(".key.", ".to_k.")
                        .replace(".value.", ".to_v.")
                        .replace(".proj_attn.", ".to_out.0.");
                assertArrayEquals(
                        diffusers.tensor(old).shape(), actual.tensor(name).shape(), name);
                assertArrayEquals(
                        diffusers.tensor(old).floats(), actual.tensor(name).floats(), name);
            }
            assertEquals(diffusers.names().size() - places, actual.names().size());
        }
    }

    @Test
    void stableDiffusion2TellsVelocityFromNoise() throws IOException {
        assertEquals("v_prediction", predictionOf(PublishedModel.SD21));
        assertEquals("epsilon", predictionOf(PublishedModel.SD21_BASE));
        assertEquals("epsilon", predictionOf(PublishedModel.SD20_INPAINT));
    }

    private String predictionOf(PublishedModel published) throws IOException {
        Path ldm = folder.resolve(published + ".safetensors");
        new SyntheticModel(published, TinyArchitectures.of(published), DType.BF16, 0).writeFile(ldm);
        try (TensorFile file = SafetensorsFile.open(ldm)) {
            SingleFile single = SingleFile.of(file, Optional.empty());
            assertEquals(
                    published == PublishedModel.SD20_INPAINT ? 0 : 1,
                    single.remarks().size());
            return single.architecture().scheduler().string("prediction_type");
        }
    }

    @Test
    void copiesTheVocabularyForEachTextEncoder() throws IOException {
        Path vocabulary = Files.createDirectory(folder.resolve("vocabulary"));
        Files.writeString(vocabulary.resolve("vocab.json"), "{}");
        Architecture tiny = TinyArchitectures.of(PublishedModel.SDXL);
        SyntheticModel model = new SyntheticModel(PublishedModel.SDXL, tiny, DType.F32, 0);
        Path target = folder.resolve("model");
        FormatException refusal =
                assertThrows(FormatException.class, () -> model.writeFolder(target, Optional.of(vocabulary)));
        assertTrue(refusal.getMessage().contains("merges.txt"), refusal.getMessage());
        assertFalse(Files.exists(target));

        Files.writeString(vocabulary.resolve("merges.txt"), "#version");
        model.writeFolder(target, Optional.of(vocabulary));
        assertEquals("#version", Files.readString(target.resolve("tokenizer_2/merges.txt")));
        assertEquals(
                "!",
                JsonFile.read(target.resolve("tokenizer_2/tokenizer_config.json"))
                        .string("pad_token"));
        Json index = JsonFile.read(target.resolve("model_index.json"));
        assertEquals("StableDiffusionXLPipeline", index.string("_class_name"));
        assertEquals(
                "CLIPTextModelWithProjection",
                index.get("text_encoder_2").elements().getLast().asString());
    }

    @Test
    void anotherSeedGivesOtherWeights() throws IOException {
        Architecture tiny = TinyArchitectures.of(PublishedModel.SD15);
        String name = "conv_in.weight";
        float[] first = new RandomWeights(tiny, DType.F16, 1).unet().get(name).floats();
        float[] again = new RandomWeights(tiny, DType.F16, 1).unet().get(name).floats();
        float[] other = new RandomWeights(tiny, DType.F16, 2).unet().get(name).floats();
        assertArrayEquals(first, again);
        assertFalse(Arrays.equals(first, other));
        double squares = 0;
        for (float value : first) {
            squares += (double) value * value;
        }
        // Fan-in 4 · 3 · 3.
        assertEquals(1.0 / 36, squares / first.length, 0.1 / 36);
    }
}
