package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.PeakKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarPeak;
import dev.mezzotint.engine.kernel.simd.SimdPeak;
import org.openjdk.jmh.annotations.Benchmark;

/** What the multiply-add units can do, from registers alone: the number that the other benchmarks are held against. */
public class FmaPeakBenchmark extends KernelBenchmark {
    private static final int ROUNDS = 30_000;

    private PeakKernel peak;
    private float[] sums;

    @Override
    void prepare() {
        peak = twin(new SimdPeak(), new ScalarPeak());
        sums = new float[threads];
    }

    /** All chains on each thread. */
    @Benchmark
    public float[] run(FlopCounter counter) {
        counter.flops += (double) threads * ROUNDS * peak.flopsPerRound();
        workers.run(threads, task -> sums[task] = peak.run(ROUNDS));
        return sums;
    }
}
