package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.simd.SimdPeak;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Setup;

/** Kernels that the multiply-add units limit: {@link PeakCounter} says what share of their peak is reached. */
public abstract class ArithmeticBenchmark extends KernelBenchmark {
    /** GFLOP/s of the units, on as many threads. */
    double peak;

    /** Measures the peak anew, because a processor's clock changes. */
    @Setup(Level.Iteration)
    public void measurePeak() {
        peak = new SimdPeak().measure(workers);
    }
}
