/**
 * The noise of diffusion: how much of it each timestep holds, how a clean sample is noised, what the model is asked to
 * predict and which timesteps a sampler visits.
 *
 * <p>Coefficients are doubles, samples are {@code float[]}. May import the JDK alone: no tensor, no model, no file
 * format.
 */
package dev.mezzotint.diffusion.schedule;
