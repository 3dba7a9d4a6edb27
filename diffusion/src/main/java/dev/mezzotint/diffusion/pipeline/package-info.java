/**
 * Pipelines: a prompt becomes a picture, with the models of a folder in diffusers' layout. May import every package of
 * {@code diffusion} but {@code training}, {@code evaluation} and {@code cli}, and {@code clip} and {@code engine}.
 */
package dev.mezzotint.diffusion.pipeline;
