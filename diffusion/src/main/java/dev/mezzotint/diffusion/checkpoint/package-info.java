/**
 * Models as they are published: their names, shapes and configurations. A single file in the names of the original
 * latent-diffusion code (Rombach et al. 2022) is recognised and read under diffusers' and transformers' names; files
 * with low-rank updates are read; and every published model can be written with random weights.
 *
 * <p>May import {@code diffusion.model}, {@code diffusion.schedule}, {@code diffusion.sampler}, {@code clip} and
 * {@code engine}.
 */
package dev.mezzotint.diffusion.checkpoint;
