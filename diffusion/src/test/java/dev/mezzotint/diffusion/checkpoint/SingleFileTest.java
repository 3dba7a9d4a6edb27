package dev.mezzotint.diffusion.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.diffusion.schedule.PredictionType;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.RenamedTensors;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SingleFileTest {
    private static final String UNET = "model.diffusion_model.";
    private static final String TEXT = "cond_stage_model.transformer.text_model.";

    /** A small model's tensors as one file has them. */
    private static Map<String, StoredTensor> tiny(PublishedModel model) {
        return new LinkedHashMap<>(new SyntheticModel(model, TinyArchitectures.of(model), DType.F32, 5).ldm());
    }

    private static SingleFile read(Map<String, StoredTensor> tensors) throws IOException {
        return SingleFile.of(new RenamedTensors(Path.of("some.safetensors"), tensors), Optional.empty());
    }

    private static void refused(Map<String, StoredTensor> tensors, String... parts) {
        FormatException refusal = assertThrows(FormatException.class, () -> read(tensors));
        assertTrue(refusal.getMessage().startsWith("some.safetensors"), refusal.getMessage());
        for (String part : parts) {
            assertTrue(refusal.getMessage().contains(part), refusal.getMessage());
        }
    }

    private static StoredTensor zeros(int... shape) {
        return new RandomTensor("zeros", DType.F32, shape, 0, 0, 0);
    }

    @ParameterizedTest
    @CsvSource({"SD15, 1131", "SD21, 1228", "SDXL, 2515"})
    void aPublishedFileHasSoManyTensors(PublishedModel model, int tensors) {
        assertEquals(tensors, new SyntheticModel(model, DType.F16, 0).ldm().size());
    }

    @Test
    void passesOverWhatTrainingLeft() throws IOException {
        Map<String, StoredTensor> tensors = tiny(PublishedModel.SD15);
        for (String name : List.of("betas", "alphas_cumprod", "model_ema.decay", "first_stage_model.loss.logvar")) {
            tensors.put(name, zeros(1));
        }
        tensors.put("model_ema.diffusion_modelinput_blocks00weight", zeros(64, 4, 3, 3));
        SingleFile single = read(tensors);
        assertEquals(Family.SD1, single.architecture().family());
        assertTrue(single.unet().names().contains("conv_in.weight"));
        assertTrue(single.vae().names().stream().noneMatch(name -> name.contains("loss")));
    }

    @ParameterizedTest
    @CsvSource({
        "SD15, model.diffusion_model.input_blocks.0.0.weight",
        "SD15, model.diffusion_model.input_blocks.4.0.in_layers.2.weight",
        "SD15, model.diffusion_model.output_blocks.11.1.transformer_blocks.0.ff.net.2.bias",
        "SD15, model.diffusion_model.out.2.bias",
        "SD15, first_stage_model.decoder.mid.attn_1.q.weight",
        "SD15, cond_stage_model.transformer.text_model.encoder.layers.1.mlp.fc2.weight",
        "SD15, cond_stage_model.transformer.text_model.embeddings.token_embedding.weight",
        "SD21, cond_stage_model.model.transformer.resblocks.0.attn.in_proj_bias",
        "SDXL, conditioner.embedders.1.model.text_projection",
        "SDXL, conditioner.embedders.0.transformer.text_model.final_layer_norm.weight",
        "SDXL, model.diffusion_model.label_emb.0.2.weight"
    })
    void namesWhatIsMissing(PublishedModel model, String name) {
        Map<String, StoredTensor> tensors = tiny(model);
        assertTrue(tensors.remove(name) != null, name);
        refused(tensors, name, "is missing", "get the model anew");
    }

    @Test
    void refusesMissingBlocks() {
        Map<String, StoredTensor> tensors = tiny(PublishedModel.SD15);
        tensors.keySet().removeIf(name -> name.startsWith(UNET + "output_blocks.11."));
        refused(tensors, "11 output blocks", "12");
        Map<String, StoredTensor> others = tiny(PublishedModel.SD15);
        others.keySet().removeIf(name -> name.startsWith(UNET + "input_blocks.4."));
        refused(others, "input_blocks.4", "is missing");
    }

    @Test
    void refusesShapesThatDoNotFit() {
        Map<String, StoredTensor> tensors = tiny(PublishedModel.SD15);
        tensors.put(UNET + "out.0.weight", zeros(63));
        refused(tensors, "out.0.weight", "[63]");
        tensors = tiny(PublishedModel.SD15);
        tensors.put(TEXT + "embeddings.token_embedding.weight", zeros(49408));
        refused(tensors, "token_embedding.weight", "[49408]");
        tensors = tiny(PublishedModel.SD15);
        tensors.put(UNET + "input_blocks.0.0.weight", zeros(64, 8, 3, 3));
        refused(tensors, "8 input channels", "InstructPix2Pix", "supported are");
    }

    @Test
    void refusesPartsOfDifferentModels() {
        Map<String, StoredTensor> tensors = tiny(PublishedModel.SD15);
        tensors.keySet().removeIf(name -> name.startsWith(TEXT));
        Map<String, StoredTensor> large = tiny(PublishedModel.SDXL);
        large.forEach((name, tensor) -> {
            if (name.startsWith(SingleFile.FIRST_CLIP)) {
                tensors.put("cond_stage_model.transformer" + name.substring(SingleFile.FIRST_CLIP.length()), tensor);
            }
        });
        refused(tensors, "64 wide", "128");
    }

    @Test
    void refusesBlocksThatDifferWithinALevel() {
        Map<String, StoredTensor> tensors = tiny(PublishedModel.SDXL);
        String block = UNET + "input_blocks.5.1.transformer_blocks.";
        tensors.keySet().removeIf(name -> name.startsWith(block + "1."));
        refused(tensors, "level 1", "differ from each other", "[2, 1, 2, 2, 2]");
        Map<String, StoredTensor> more = tiny(PublishedModel.SD15);
        more.put(UNET + "input_blocks.1.2.weight", zeros(1));
        refused(more, "input_blocks.1.2.weight", "no U-Net that is supported");
    }

    @ParameterizedTest
    @CsvSource({
        "lora_unet_down_blocks_0_attentions_0_proj_in.lora_up.weight, a LoRA, --lora",
        "unet.down_blocks.0.attentions.0.proj_in.lora_A.weight, a LoRA, --lora",
        "model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight, Stable Diffusion 3, supported are",
        "double_blocks.0.img_attn.qkv.weight, Flux, supported are",
        "control_model.input_blocks.0.0.weight, a ControlNet, supported are",
        "controlnet_cond_embedding.conv_in.weight, a ControlNet, supported are",
        "string_to_param.*, a textual inversion, supported are",
        "decoder.conv_in.weight, a VAE alone, supported are",
        "text_model.final_layer_norm.weight, a text encoder alone, supported are",
        "input_blocks.0.0.weight, a U-Net alone, supported are",
        "whatever.weight, the tensors whatever.weight, supported are"
    })
    void saysWhatAFileLooksLike(String name, String looks, String remedy) {
        refused(Map.of(name, zeros(1)), looks, remedy);
    }

    @Test
    void saysWhatIsNotThere() {
        refused(Map.of(), "no tensor", "supported are");
        refused(
                Map.of(
                        "down_blocks.0.resnets.0.conv1.weight", zeros(1),
                        "conv_in.weight", zeros(1),
                        "time_embedding.linear_1.weight", zeros(1)),
                "a U-Net alone",
                "model_index.json");
        Map<String, StoredTensor> tensors = tiny(PublishedModel.SD15);
        tensors.keySet().removeIf(name -> name.startsWith("first_stage_model"));
        refused(tensors, "has no VAE");
        tensors = tiny(PublishedModel.SD15);
        tensors.keySet().removeIf(name -> name.startsWith("cond_stage_model"));
        refused(tensors, "no text encoder");
        tensors = tiny(PublishedModel.SDXL);
        Map<String, StoredTensor> refiner = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> refiner.put(name.replace("embedders.1.model", "embedders.0.model"), tensor));
        refiner.keySet().removeIf(name -> name.startsWith(SingleFile.FIRST_CLIP));
        refused(refiner, "refiner");
    }

    @Test
    void readsOtherNamesOfTextEncoders() throws IOException {
        Map<String, StoredTensor> tensors = tiny(PublishedModel.SD15);
        Map<String, StoredTensor> bare = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> bare.put(name.replace("transformer.text_model.", "transformer."), tensor));
        assertSame(read(tensors), read(bare));

        Map<String, StoredTensor> second = tiny(PublishedModel.SD21);
        Map<String, StoredTensor> later = new LinkedHashMap<>();
        second.forEach((name, tensor) ->
                later.put(name.replace("cond_stage_model.model.", "conditioner.embedders.0.model."), tensor));
        assertSame(read(second), read(later));
    }

    private static void assertSame(SingleFile expected, SingleFile actual) throws IOException {
        assertEquals(expected.architecture(), actual.architecture());
        for (String name : expected.texts().getFirst().names()) {
            assertArrayEquals(
                    expected.texts().getFirst().tensor(name).floats(),
                    actual.texts().getFirst().tensor(name).floats(),
                    name);
        }
    }

    @Test
    void whoKnowsThePredictionIsHeard() throws IOException {
        RenamedTensors file = new RenamedTensors(Path.of("some.safetensors"), tiny(PublishedModel.SD21));
        SingleFile single = SingleFile.of(file, Optional.of(PredictionType.EPSILON));
        assertEquals(List.of(), single.remarks());
        assertEquals("epsilon", single.architecture().scheduler().string("prediction_type"));
        assertEquals(64, single.architecture().unet().sampleSize());
        SingleFile guessed = SingleFile.of(file, Optional.empty());
        assertTrue(
                guessed.remarks().getFirst().contains("--prediction epsilon"),
                guessed.remarks().getFirst());
        assertEquals(96, guessed.architecture().unet().sampleSize());
    }

    @Test
    void markersTellVelocityInLargeModels() throws IOException {
        Map<String, StoredTensor> tensors = tiny(PublishedModel.SDXL);
        assertEquals("epsilon", read(tensors).architecture().scheduler().string("prediction_type"));
        tensors.put("v_pred", zeros(0));
        tensors.put("ztsnr", zeros(0));
        SingleFile single = read(tensors);
        assertEquals("v_prediction", single.architecture().scheduler().string("prediction_type"));
        assertTrue(
                single.architecture().scheduler().get("rescale_betas_zero_snr").asBoolean());
    }
}
