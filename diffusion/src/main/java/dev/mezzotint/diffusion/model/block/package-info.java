/** Blocks that the U-Net and the VAE share. May import {@code engine}. */
package dev.mezzotint.diffusion.model.block;
