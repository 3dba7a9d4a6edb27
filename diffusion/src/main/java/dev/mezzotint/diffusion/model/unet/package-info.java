/**
 * The denoiser: diffusers' {@code UNet2DConditionModel}, a U-Net (Ronneberger et al. 2015) with residual blocks, timestep
 * embedding and cross-attention to the text (Rombach et al. 2022). May import {@code model.block} and {@code engine}.
 */
package dev.mezzotint.diffusion.model.unet;
