package dev.mezzotint.diffusion.pipeline;

import java.util.List;

/** The parts of a model folder, each a folder of its own, with the classes that {@code model_index.json} may name. */
public enum ModelComponent {
    /** Words to token ids. */
    TOKENIZER("tokenizer", List.of("CLIPTokenizer", "CLIPTokenizerFast"), List.of()),
    /** Token ids to what the U-Net attends to. */
    TEXT_ENCODER(
            "text_encoder",
            List.of("CLIPTextModel", "CLIPTextModelWithProjection"),
            List.of("model.safetensors", "model.fp16.safetensors")),
    /** The denoiser. */
    UNET(
            "unet",
            List.of("UNet2DConditionModel"),
            List.of("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors")),
    /** Latents to pictures; a folder without it holds a model of pixels. */
    VAE(
            "vae",
            List.of("AutoencoderKL"),
            List.of("diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.fp16.safetensors")),
    /** The noise schedule; its class names a sampler, and another sampler may be chosen. */
    SCHEDULER("scheduler", List.of(), List.of());

    private final String folder;
    private final List<String> classes;
    private final List<String> weights;

    ModelComponent(String folder, List<String> classes, List<String> weights) {
        this.folder = folder;
        this.classes = classes;
        this.weights = weights;
    }

    /** Its name in {@code model_index.json} and of its folder. */
    public String folder() {
        return folder;
    }

    /** The supported classes; empty where any will do. */
    public List<String> classes() {
        return classes;
    }

    /** The names that its weights may have, the preferred one first; empty where it has none. */
    public List<String> weights() {
        return weights;
    }
}
