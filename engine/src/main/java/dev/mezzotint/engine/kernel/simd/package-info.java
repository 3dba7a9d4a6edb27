/**
 * The kernels in the Vector API, the only package that uses it. May import the contracts, {@code engine.parallel} and
 * formulas of {@code kernel.scalar}.
 */
package dev.mezzotint.engine.kernel.simd;
