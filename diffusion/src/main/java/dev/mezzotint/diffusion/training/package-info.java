/**
 * Training: the loop with its checkpoints, log and progress line, and one task each for the CLIP pair, the VAE and the
 * denoiser. May import everything below the command line.
 */
package dev.mezzotint.diffusion.training;
