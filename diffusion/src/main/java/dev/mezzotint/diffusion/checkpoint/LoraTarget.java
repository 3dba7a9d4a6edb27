package dev.mezzotint.diffusion.checkpoint;

/** The parts of a model that LoRA files update. */
public enum LoraTarget {
    /** The denoiser. */
    UNET("unet", "lora_unet_"),
    /** The text encoder, or the first of two. */
    TEXT_ENCODER("text_encoder", "lora_te_", "lora_te1_"),
    /** The second text encoder of Stable Diffusion XL. */
    TEXT_ENCODER_2("text_encoder_2", "lora_te2_");

    private final String folder;
    private final String[] kohyaPrefixes;

    LoraTarget(String folder, String... kohyaPrefixes) {
        this.folder = folder;
        this.kohyaPrefixes = kohyaPrefixes;
    }

    /** Its folder in a published model, which is also what PEFT puts before its names. */
    public String folder() {
        return folder;
    }

    /** What kohya's scripts put before its names. */
    String[] kohyaPrefixes() {
        return kohyaPrefixes.clone();
    }
}
