package dev.mezzotint.bench;

import dev.mezzotint.engine.parallel.Workers;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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

/**
 * A family of kernels: either twin, on one thread or two, with the collector of drawing. What counts are the counters beside
 * the calls: in operations a nanosecond they are GFLOP/s or GB/s.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC"})
public abstract class KernelBenchmark {
    /** Which of the twins. */
    @Param({"simd", "scalar"})
    public String kernel;

    /** Threads that share the work. */
    @Param({"1", "2"})
    public int threads;

    /** The threads. */
    Workers workers;

    /** Starts the threads, then makes the operands and checks a result. */
    @Setup(Level.Trial)
    public void start() {
        workers = Workers.of(threads);
        prepare();
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        workers.close();
    }

    /**
     * Makes the operands and checks a result.
     *
     * @throws IllegalStateException if it is wrong
     */
    abstract void prepare();

    /** The twin that is measured. */
    final <K> K twin(K simd, K scalar) {
        return kernel.equals("simd") ? simd : scalar;
    }

    /** Holds what both twins make against each other; the one that is measured comes last. */
    final <K> void compare(K simd, K scalar, Function<K, float[][]> results) {
        float[][] expected = results.apply(twin(scalar, simd));
        float[][] actual = results.apply(twin(simd, scalar));
        for (int i = 0; i < expected.length; i++) {
            requireClose(expected[i], actual[i]);
        }
    }

    private static void requireClose(float[] expected, float[] actual) {
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(expected[i] - actual[i]) <= 1e-5 * (1 + Math.abs(expected[i])))) {
                throw new IllegalStateException("element " + i + " is " + actual[i] + ", not " + expected[i]);
            }
        }
    }

    /** Values between −1 and 1. */
    static float[] randomValues(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }
}
