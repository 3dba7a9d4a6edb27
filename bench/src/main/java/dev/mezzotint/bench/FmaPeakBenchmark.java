package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.PeakKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarPeak;
import dev.mezzotint.engine.kernel.simd.SimdPeak;
import dev.mezzotint.engine.parallel.Workers;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What the multiply-add units can do, from registers alone: the number that the other benchmarks are held against. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC"})
public class FmaPeakBenchmark {
    private static final int ROUNDS = 30_000;

    /** Which of the twins. */
    @Param({"simd", "scalar"})
    public String kernel;

    /** Threads that compute at once. */
    @Param({"1", "2"})
    public int threads;

    private PeakKernel peak;
    private Workers workers;
    private float[] sums;

    /** Starts the threads. */
    @Setup(Level.Trial)
    public void prepare() {
        peak = kernel.equals("scalar") ? new ScalarPeak() : new SimdPeak();
        workers = Workers.of(threads);
        sums = new float[threads];
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        workers.close();
    }

    /** All chains on each thread. */
    @Benchmark
    public float[] run(FlopCounter counter) {
        counter.flops += (double) threads * ROUNDS * peak.flopsPerRound();
        workers.run(threads, task -> sums[task] = peak.run(ROUNDS));
        return sums;
    }
}
