/** The command line: turns words into calls of the pipelines and failures into one line; may import everything below. */
package dev.mezzotint.diffusion.cli;
