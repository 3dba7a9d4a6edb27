package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.diffusion.model.unet.UNetConfig;
import java.util.List;

/** The families of latent diffusion models that one file may hold. */
public enum Family {
    /** Stable Diffusion 1.x: one CLIP text encoder, eight heads in every attention of the U-Net. */
    SD1("Stable Diffusion 1.x"),
    /** Stable Diffusion 1.x whose U-Net also sees a mask and the masked picture: nine input channels. */
    SD1_INPAINT("Stable Diffusion 1.x inpainting"),
    /** Stable Diffusion 2.x: OpenCLIP's text encoder, heads of 64 channels. */
    SD2("Stable Diffusion 2.x"),
    /** Stable Diffusion 2.x with the nine input channels of inpainting. */
    SD2_INPAINT("Stable Diffusion 2.x inpainting"),
    /** Stable Diffusion XL base: two text encoders, and sizes beside them. */
    SDXL("Stable Diffusion XL"),
    /** Stable Diffusion XL base with the nine input channels of inpainting. */
    SDXL_INPAINT("Stable Diffusion XL inpainting");

    private static final int END_TOKEN = 49407;

    private final String label;

    Family(String label) {
        this.label = label;
    }

    /** The family whose U-Nets are built like this one, whatever its sizes. */
    public static Family of(UNetConfig unet) {
        boolean inpaints = unet.inChannels() != unet.outChannels();
        if (unet.added().isPresent()) {
            return inpaints ? SDXL_INPAINT : SDXL;
        }
        if (unet.linearProjection()) {
            return inpaints ? SD2_INPAINT : SD2;
        }
        return inpaints ? SD1_INPAINT : SD1;
    }

    /** What people call it. */
    public String label() {
        return label;
    }

    /** Whether the U-Net takes a mask and a masked picture beside the latents. */
    public boolean inpaints() {
        return switch (this) {
            case SD1_INPAINT, SD2_INPAINT, SDXL_INPAINT -> true;
            case SD1, SD2, SDXL -> false;
        };
    }

    /** Whether it is told summaries and sizes beside the texts, and has two text encoders. */
    public boolean isXl() {
        return switch (this) {
            case SDXL, SDXL_INPAINT -> true;
            case SD1, SD1_INPAINT, SD2, SD2_INPAINT -> false;
        };
    }

    /**
     * The ids that fill up a text shorter than the text encoder's positions, one a text encoder: CLIP's end token, or 0
     * for OpenCLIP.
     */
    public List<Integer> padTokens() {
        return switch (this) {
            case SD1, SD1_INPAINT -> List.of(END_TOKEN);
            case SD2, SD2_INPAINT -> List.of(0);
            case SDXL, SDXL_INPAINT -> List.of(END_TOKEN, 0);
        };
    }
}
