/**
 * Kernels that write down what each call cost, around any set of kernels, so that models are profiled as they are. May
 * import the contracts and {@code engine.parallel}.
 */
package dev.mezzotint.engine.kernel.timing;
