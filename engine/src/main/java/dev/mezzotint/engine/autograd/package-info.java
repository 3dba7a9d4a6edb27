/**
 * Reverse-mode differentiation: the {@link dev.mezzotint.engine.autograd.Tape} and the operations that it records. Each
 * operation stands in one place with both directions; a tape that does not record runs the same code for inference. May
 * import {@code tensor}, {@code shape}, the kernel contracts and {@code parallel}.
 */
package dev.mezzotint.engine.autograd;
