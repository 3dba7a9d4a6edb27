package dev.mezzotint.engine.kernel.timing;

import java.util.Optional;

/**
 * What one call of a kernel did.
 *
 * @param kind what it computes, with its shape, such as {@code conv 3×3, 64×64×320 → 320}
 * @param flops multiplications and additions of the direct algorithm; 0 for work that is counted in bytes
 * @param bytes what must be read and written at least once
 * @param nanos how long it took
 * @param weight the array or packed operand that tells whose layer it was, if it has one
 */
public record KernelCall(
        KernelFamily family, String kind, double flops, double bytes, long nanos, Optional<Object> weight) {}
