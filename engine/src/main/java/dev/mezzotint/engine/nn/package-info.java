/**
 * Layers: parameters with names, initial values and checkpoint layouts, and the operations they parametrise. May import
 * {@code autograd} and everything below it, and {@code checkpoint} and {@code random}.
 */
package dev.mezzotint.engine.nn;
