package dev.mezzotint.engine.kernel.timing;

import dev.mezzotint.engine.kernel.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes down every call of the kernels that {@link #around} gives. Calls that a kernel makes itself belong to it; packing,
 * which many threads do at once, and the optimiser are left out. For one computation at a time.
 */
public final class KernelLog {
    private final List<KernelCall> calls = new ArrayList<>();

    /** An empty log. */
    public KernelLog() {}

    /** The same kernels, with this log around them. */
    public Kernels around(Kernels kernels) {
        return new Kernels(
                kernels.name(),
                new TimedGemm(this, kernels.gemm()),
                new TimedConv(this, kernels.conv()),
                new TimedAttention(this, kernels.attention()),
                new TimedNorm(this, kernels.norm()),
                new TimedSoftmax(this, kernels.softmax()),
                new TimedActivation(this, kernels.activation()),
                new TimedElementwise(this, kernels.elementwise()),
                new TimedResample(this, kernels.resample()),
                kernels.optimizer(),
                kernels.peak());
    }

    /** The calls since the log was made or cleared, in order. */
    public List<KernelCall> calls() {
        return List.copyOf(calls);
    }

    /** Forgets all calls. */
    public void clear() {
        calls.clear();
    }

    /** Runs a kernel that has no weights. */
    void time(KernelFamily family, String kind, double flops, double bytes, Runnable kernel) {
        time(family, kind, flops, bytes, Optional.empty(), kernel);
    }

    /** Runs a kernel and writes down how long it took. */
    void time(KernelFamily family, String kind, double flops, double bytes, Optional<Object> weight, Runnable kernel) {
        long start = System.nanoTime();
        kernel.run();
        calls.add(new KernelCall(family, kind, flops, bytes, System.nanoTime() - start, weight));
    }

    /** Bytes of so many floats. */
    static double floats(double count) {
        return Float.BYTES * count;
    }
}
