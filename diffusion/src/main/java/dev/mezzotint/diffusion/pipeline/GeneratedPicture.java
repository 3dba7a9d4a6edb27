package dev.mezzotint.diffusion.pipeline;

import dev.mezzotint.engine.image.Image;
import dev.mezzotint.engine.tensor.Tensor;

/**
 * A picture and what it was decoded from.
 *
 * @param image 8 bits a sample
 * @param latents the last step's result, (1, channels, rows, columns), before scaling by the VAE's factor is undone
 * @param decoded what the VAE made of them, (1, height, width, channels), about −1 to 1
 */
public record GeneratedPicture(Image image, Tensor latents, Tensor decoded) {}
