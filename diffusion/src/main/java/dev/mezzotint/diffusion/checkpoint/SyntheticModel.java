package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.engine.checkpoint.AtomicFolder;
import dev.mezzotint.engine.checkpoint.DType;
import dev.mezzotint.engine.checkpoint.FormatException;
import dev.mezzotint.engine.checkpoint.JsonFile;
import dev.mezzotint.engine.checkpoint.StoredTensor;
import dev.mezzotint.engine.checkpoint.StoredTensorWriter;
import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A whole model with random weights: U-Net, VAE, text encoders and scheduler. */
final class SyntheticModel implements Synthetic {
    private static final Map<String, String> METADATA = Map.of("format", "pt");
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";
    private static final String TEXT_WEIGHTS = "model.safetensors";
    private static final List<String> VOCABULARY = List.of("vocab.json", "merges.txt");
    private static final float LOGIT_SCALE = 4.6052f;

    private final PublishedModel model;
    private final Architecture architecture;
    private final RandomWeights weights;

    SyntheticModel(PublishedModel model, DType dtype, long seed) {
        this(model, model.architecture(), dtype, seed);
    }

    /** The names of a published model with sizes of one's own. */
    SyntheticModel(PublishedModel model, Architecture architecture, DType dtype, long seed) {
        this.model = model;
        this.architecture = architecture;
        weights = new RandomWeights(architecture, dtype, seed);
    }

    @Override
    public String description() {
        return model.description();
    }

    @Override
    public boolean readsText() {
        return true;
    }

    @Override
    public long writeFolder(Path folder, Optional<Path> vocabulary) throws IOException {
        if (vocabulary.isPresent()) {
            for (String name : VOCABULARY) {
                if (!Files.isRegularFile(vocabulary.get().resolve(name))) {
                    throw new FormatException(vocabulary.get() + " has no file " + name
                            + "; name a folder with CLIP's vocab.json and merges.txt");
                }
            }
        }
        StoredTensorWriter.requireRoom(folder, StoredTensorWriter.bytes(diffusers()));
        AtomicFolder.write(folder, into -> fill(into, vocabulary));
        return count(diffusers());
    }

    @Override
    public long writeFile(Path file) throws IOException {
        Map<String, StoredTensor> tensors = ldm();
        StoredTensorWriter.write(file, tensors, METADATA);
        return count(tensors);
    }

    private static long count(Map<String, StoredTensor> tensors) {
        return tensors.values().stream()
                .filter(tensor -> tensor.dtype().isFloatingPoint())
                .mapToLong(tensor -> (long) tensor.rows() * tensor.rowLength())
                .sum();
    }

    /** All tensors of a folder, each under the name of its part. */
    private Map<String, StoredTensor> diffusers() {
        Map<String, StoredTensor> all = new LinkedHashMap<>();
        weights.unet().forEach((name, tensor) -> all.put("unet/" + name, tensor));
        weights.vae().forEach((name, tensor) -> all.put("vae/" + name, tensor));
        for (int i = 0; i < architecture.texts().size(); i++) {
            String folder = "text_encoder" + suffix(i) + "/";
            weights.text(i, architecture.texts().get(i)).forEach((name, tensor) -> all.put(folder + name, tensor));
        }
        return all;
    }

    private void fill(Path folder, Optional<Path> vocabulary) throws IOException {
        Json scheduler = architecture.scheduler();
        JsonFile.write(create(folder, "scheduler").resolve("scheduler_config.json"), scheduler);
        component(folder, "unet", WEIGHTS, architecture.unet().toJson(), weights.unet());
        component(folder, "vae", WEIGHTS, architecture.vae().toJson(), vaeAsPublished());
        for (int i = 0; i < architecture.texts().size(); i++) {
            ClipTextConfig config = architecture.texts().get(i);
            Map<String, StoredTensor> tensors = new LinkedHashMap<>(weights.text(i, config));
            if (hasEarlyNames()) {
                tensors.put("text_model.embeddings.position_ids", new CountingTensor(config.positions()));
            }
            component(folder, "text_encoder" + suffix(i), TEXT_WEIGHTS, config.toJson(), tensors);
            if (vocabulary.isPresent()) {
                tokenizer(create(folder, "tokenizer" + suffix(i)), vocabulary.get(), i);
            }
        }
        JsonFile.write(folder.resolve("model_index.json"), index());
    }

    private static void component(Path folder, String name, String file, Json config, Map<String, StoredTensor> tensors)
            throws IOException {
        Path own = create(folder, name);
        JsonFile.write(own.resolve("config.json"), config);
        StoredTensorWriter.write(own.resolve(file), tensors, METADATA);
    }

    private void tokenizer(Path folder, Path vocabulary, int index) throws IOException {
        for (String name : VOCABULARY) {
            // The content alone: a copy that may not be written to could not be forced to disk.
            Files.write(folder.resolve(name), Files.readAllBytes(vocabulary.resolve(name)));
        }
        Map<String, Json> config = new LinkedHashMap<>();
        config.put("bos_token", Json.of("<|startoftext|>"));
        config.put("eos_token", Json.of("<|endoftext|>"));
        config.put("unk_token", Json.of("<|endoftext|>"));
        // Token 0 is an exclamation mark.
        boolean zero = architecture.family().padTokens().get(index) == 0;
        config.put("pad_token", Json.of(zero ? "!" : "<|endoftext|>"));
        config.put("model_max_length", Json.of(architecture.texts().get(index).positions()));
        config.put("tokenizer_class", Json.of("CLIPTokenizer"));
        JsonFile.write(folder.resolve("tokenizer_config.json"), Json.object(config));
    }

    private Json index() {
        Map<String, Json> index = new LinkedHashMap<>();
        index.put("_class_name", Json.of(model.pipeline()));
        index.put("feature_extractor", entry(new Json.Null(), new Json.Null()));
        if (architecture.family().isXl()) {
            index.put("force_zeros_for_empty_prompt", Json.of(true));
        } else {
            index.put("requires_safety_checker", Json.of(false));
            index.put("safety_checker", entry(new Json.Null(), new Json.Null()));
        }
        index.put("scheduler", entry("diffusers", architecture.scheduler().string("_class_name")));
        for (int i = 0; i < architecture.texts().size(); i++) {
            boolean projected = architecture.texts().get(i).projection() > 0;
            index.put(
                    "text_encoder" + suffix(i),
                    entry("transformers", projected ? "CLIPTextModelWithProjection" : "CLIPTextModel"));
            index.put("tokenizer" + suffix(i), entry("transformers", "CLIPTokenizer"));
        }
        index.put("unet", entry("diffusers", "UNet2DConditionModel"));
        index.put("vae", entry("diffusers", "AutoencoderKL"));
        return Json.object(index);
    }

    private static Json entry(String library, String type) {
        return entry(Json.of(library), Json.of(type));
    }

    private static Json entry(Json library, Json type) {
        return Json.array(List.of(library, type));
    }

    private static String suffix(int index) {
        return index == 0 ? "" : "_" + (index + 1);
    }

    private static Path create(Path folder, String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    /** The halves of early models were written later than their floats, under the names of their time. */
    private boolean hasEarlyNames() {
        return model.isOfFirstYear() && weights.dtype() == DType.F32;
    }

    /** The first diffusers had other names for the maps of the VAE's attention. */
    private Map<String, StoredTensor> vaeAsPublished() {
        if (!hasEarlyNames()) {
            return weights.vae();
        }
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        weights.vae()
                .forEach((name, tensor) -> tensors.put(
                        name.replace(".to_q.", ".query.")
                                .replace(".to_k.", ".key.")
                                .replace(".to_v.", ".value.")
                                .replace(".to_out.0.", ".proj_attn."),
                        tensor));
        return tensors;
    }

    /** The tensors of a single file, under its names. */
    Map<String, StoredTensor> ldm() {
        Map<String, StoredTensor> all = new LinkedHashMap<>();
        LdmNames unetNames = LdmNames.ofUNet(architecture.unet());
        weights.unet().forEach((name, tensor) -> all.put(Recognition.UNET + "." + unetNames.of(name), tensor));
        LdmNames vaeNames = LdmNames.ofVae(architecture.vae());
        weights.vae()
                .forEach((name, tensor) -> all.put(
                        Recognition.VAE + "." + vaeNames.of(name),
                        name.contains(".attentions.") ? Reshaped.pointwise(tensor) : tensor));
        List<ClipTextConfig> texts = architecture.texts();
        switch (architecture.family()) {
            case SD1, SD1_INPAINT -> putClip(all, Recognition.Texts.CLIP.root(), 0);
            case SD2, SD2_INPAINT -> {
                ClipTextConfig config = texts.getFirst();
                putOpenClip(all, Recognition.Texts.OPEN_CLIP.root(), 0, config.layers() + 1, config.width());
            }
            case SDXL, SDXL_INPAINT -> {
                putClip(all, SingleFile.FIRST_CLIP, 0);
                ClipTextConfig config = texts.getLast();
                putOpenClip(all, Recognition.Texts.BOTH.root(), 1, config.layers(), config.projection());
            }
        }
        return all;
    }

    private void putClip(Map<String, StoredTensor> all, String root, int index) {
        ClipTextConfig config = architecture.texts().get(index);
        weights.text(index, config).forEach((name, tensor) -> all.put(root + "." + name, tensor));
        all.put(root + ".text_model.embeddings.position_ids", new CountingTensor(config.positions()));
    }

    private void putOpenClip(Map<String, StoredTensor> all, String root, int index, int layers, int projection) {
        ClipTextConfig c = architecture.texts().get(index);
        ClipTextConfig whole = new ClipTextConfig(
                c.vocabularySize(),
                c.width(),
                c.feedForward(),
                c.heads(),
                layers,
                c.positions(),
                c.activation(),
                c.epsilon(),
                c.endToken(),
                projection);
        OpenClip.write(weights.text(index, whole)).forEach((name, tensor) -> all.put(root + "." + name, tensor));
        all.put(root + ".logit_scale", weights.scalar("logit_scale", LOGIT_SCALE));
    }
}
