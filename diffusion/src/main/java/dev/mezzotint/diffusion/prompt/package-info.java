/**
 * Prompts, from what people type to what the U-Net reads: weights in brackets, chunks of as many tokens as a text
 * encoder takes, and one or two text encoders side by side.
 *
 * <p>The syntax and its meaning are those of AUTOMATIC1111's stable-diffusion-webui, which most published prompts are
 * written for. May import {@code clip} and {@code engine}.
 */
package dev.mezzotint.diffusion.prompt;
