/**
 * Tensors, a shape over a {@code float[]}, and the workspace that recycles their buffers. May import {@code shape} and
 * the JDK; knows no graph and no kernel.
 */
package dev.mezzotint.engine.tensor;
