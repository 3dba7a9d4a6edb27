/**
 * The kernels one value at a time: each reads like its formula, is the oracle of its SIMD twin, and does the work where
 * the Vector API is absent. May import {@code engine.kernel}, {@code engine.parallel} and the JDK.
 */
package dev.mezzotint.engine.kernel.scalar;
