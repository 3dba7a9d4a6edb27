/**
 * The variational autoencoder between pictures and latents, diffusers' {@code AutoencoderKL}, and a tiny decoder that
 * stands in for it in previews, {@code AutoencoderTiny}. May import {@code model.block} and {@code engine}.
 */
package dev.mezzotint.diffusion.model.vae;
