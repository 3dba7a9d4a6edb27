package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.Kernels;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Objects;

/**
 * What computations run on: a set of kernels and the threads that share their work.
 *
 * @param kernels scalar or SIMD
 * @param workers the threads; results do not depend on their number
 */
public record Compute(Kernels kernels, Workers workers) {
    /** Checks that nothing is null. */
    public Compute {
        Objects.requireNonNull(kernels, "kernels");
        Objects.requireNonNull(workers, "workers");
    }

    /** The best kernels of this machine on the shared threads. */
    public static Compute best() {
        return new Compute(KernelSelector.kernels(), Workers.shared());
    }
}
