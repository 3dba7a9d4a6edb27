/**
 * Samplers: how a sample is drawn from noise with a model that predicts it, one model evaluation after another, and the
 * loop that runs one.
 *
 * <p>Knows a {@link dev.mezzotint.diffusion.sampler.Denoiser}, never a U-Net, and no tensor. May import
 * {@code diffusion.schedule} and {@code engine.json}.
 */
package dev.mezzotint.diffusion.sampler;
