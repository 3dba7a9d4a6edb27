package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.ElementwiseKernel;
import dev.mezzotint.engine.kernel.dispatch.KernelSelector;
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

/** What main memory can do, in GB/s: y ← y + a x over arrays that no cache holds; two are read and one is written. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class MemoryBenchmark {
    private static final int LENGTH = 1 << 27;

    /** Threads that share the work. */
    @Param({"1", "2"})
    public int threads;

    private final ElementwiseKernel kernel = KernelSelector.kernels().elementwise();
    private Workers workers;
    private float[] x;
    private float[] y;

    /** Makes arrays of half a gigabyte. */
    @Setup(Level.Trial)
    public void prepare() {
        workers = Workers.of(threads);
        x = new float[LENGTH];
        y = new float[LENGTH];
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        workers.close();
    }

    /** Streams through both arrays. */
    @Benchmark
    public float[] stream(ByteCounter counter) {
        counter.bytes += 12.0 * LENGTH;
        kernel.axpy(workers, LENGTH, 0.5f, x, 0, y, 0);
        return y;
    }
}
