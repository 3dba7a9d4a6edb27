/**
 * Training: the loop with its checkpoints, log and progress line, the gradients of a batch by parts that threads share, and one
 * task each for the CLIP pair, the VAE and the denoiser. May import everything below the command line.
 */
package dev.mezzotint.diffusion.training;
