/** Picks the kernels, once. May import the contracts and both implementations. */
package dev.mezzotint.engine.kernel.dispatch;
