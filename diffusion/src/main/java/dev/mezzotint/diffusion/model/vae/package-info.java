/**
 * The variational autoencoder between pictures and latents: diffusers' {@code AutoencoderKL}. May import {@code
 * model.block} and {@code engine}.
 */
package dev.mezzotint.diffusion.model.vae;
