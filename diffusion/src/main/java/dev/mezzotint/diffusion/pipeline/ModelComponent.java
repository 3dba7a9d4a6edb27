package dev.mezzotint.diffusion.pipeline;

import java.util.List;

/** The parts of a model folder, each a folder of its own, with the classes that {@code model_index.json} may name. */
public enum ModelComponent {
    /** Words to token ids. */
    TOKENIZER("tokenizer", List.of("CLIPTokenizer", "CLIPTokenizerFast"), ""),
    /** Token ids to what the U-Net attends to. */
    TEXT_ENCODER("text_encoder", List.of("CLIPTextModel", "CLIPTextModelWithProjection"), "model"),
    /** SDXL's second tokenizer. */
    TOKENIZER_2("tokenizer_2", List.of("CLIPTokenizer", "CLIPTokenizerFast"), ""),
    /** SDXL's second text encoder, which also gives the summary of a text. */
    TEXT_ENCODER_2("text_encoder_2", List.of("CLIPTextModelWithProjection"), "model"),
    /** The denoiser. */
    UNET("unet", List.of("UNet2DConditionModel"), "diffusion_pytorch_model"),
    /** Latents to pictures; a folder without it holds a model of pixels. */
    VAE("vae", List.of("AutoencoderKL"), "diffusion_pytorch_model"),
    /** The noise schedule; its class names a sampler, and another sampler may be chosen. */
    SCHEDULER("scheduler", List.of(), "");

    private final String folder;
    private final List<String> classes;
    private final String stem;

    ModelComponent(String folder, List<String> classes, String stem) {
        this.folder = folder;
        this.classes = classes;
        this.stem = stem;
    }

    /** Its name in {@code model_index.json} and of its folder. */
    public String folder() {
        return folder;
    }

    /** The supported classes; empty where any will do. */
    public List<String> classes() {
        return classes;
    }

    /** Whether it has weights. */
    public boolean hasWeights() {
        return !stem.isEmpty();
    }

    /**
     * The names that its weights may have, the preferred one first: whole, in shards, in half precision, and as the
     * pickles of older models; none where it has no weights.
     */
    public List<String> weights() {
        if (!hasWeights()) {
            return List.of();
        }
        String pickle = stem.equals("model") ? "pytorch_model" : stem;
        return List.of(
                stem + ".safetensors",
                stem + ".safetensors.index.json",
                stem + ".fp16.safetensors",
                stem + ".fp16.safetensors.index.json",
                stem + ".safetensors.index.fp16.json",
                pickle + ".bin",
                pickle + ".fp16.bin");
    }
}
