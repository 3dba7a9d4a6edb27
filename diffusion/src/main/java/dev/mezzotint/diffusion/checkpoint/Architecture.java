package dev.mezzotint.diffusion.checkpoint;

import dev.mezzotint.clip.model.ClipTextConfig;
import dev.mezzotint.diffusion.model.unet.UNetConfig;
import dev.mezzotint.diffusion.model.vae.VaeConfig;
import dev.mezzotint.engine.json.Json;
import java.util.List;
import java.util.Objects;

/**
 * The sizes of all parts of a latent diffusion model, and how its noise was scheduled.
 *
 * @param family which models it is one of
 * @param unet the denoiser
 * @param vae the autoencoder
 * @param texts the text encoders in the order in which the U-Net sees their states side by side
 * @param scheduler what diffusers keeps in {@code scheduler_config.json}
 */
public record Architecture(Family family, UNetConfig unet, VaeConfig vae, List<ClipTextConfig> texts, Json scheduler) {
    /** Refuses text encoders that do not fit the U-Net. */
    public Architecture {
        Objects.requireNonNull(family, "family");
        Objects.requireNonNull(vae, "vae");
        Objects.requireNonNull(scheduler, "scheduler");
        texts = List.copyOf(texts);
        int width = texts.stream().mapToInt(ClipTextConfig::width).sum();
        if (width != unet.contextWidth()) {
            throw new IllegalArgumentException("the text encoders' states are " + width
                    + " wide together, but the U-Net attends to " + unet.contextWidth());
        }
    }
}
