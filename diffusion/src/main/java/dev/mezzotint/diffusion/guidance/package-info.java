/**
 * Guidance: how predictions with and without a condition are combined so that samples follow the condition more
 * closely.
 *
 * <p>Works on flat arrays and knows a model only as a {@link dev.mezzotint.diffusion.guidance.BatchDenoiser}. May
 * import {@code diffusion.sampler} and {@code diffusion.schedule}.
 */
package dev.mezzotint.diffusion.guidance;
