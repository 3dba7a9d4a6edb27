package dev.mezzotint.bench;

import dev.mezzotint.bench.operator.Engine;
import dev.mezzotint.bench.operator.MezzotintEngine;
import dev.mezzotint.bench.operator.Operands;
import dev.mezzotint.bench.operator.Operator;
import dev.mezzotint.bench.operator.Workload;
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

/**
 * One operator in one engine, in GFLOP/s ({@code flops}) of the direct algorithm, GB/s ({@code bytes}) and as a share of the
 * multiply-add peak of as many threads, measured before each iteration. A peer's result must be ours. Any shape that {@link
 * Workload} can read is measured: {@code java -jar benchmarks.jar OperatorBenchmark -p workload=conv3x3-320-640@64 -p
 * engine=mezzotint,scalar,torch,onnxruntime}. The engine {@code scalar} is the scalar kernels; peers need the Maven profile
 * {@code peers}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 6, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC"})
public class OperatorBenchmark {
    /** Engines add in another order, and may transform the operands (Winograd); more than that is an error. */
    private static final double TOLERANCE = 1e-4;

    /** Operator and shape. */
    @Param({
        "matmul-4096x320x320",
        "matmul-4096x2560x320",
        "matmul-1024x640x640",
        "matmul-256x10240x1280",
        "matmul-2048x2048x2048",
        "matmul-77x3072x768",
        "conv3x3-320-320@64",
        "conv3x3-640-320@64",
        "conv3x3-640-640@32",
        "conv3x3-1280-1280@16",
        "conv3x3-1280-1280@8",
        "conv3x3-128-128@512",
        "attention-8x4096x4096x40",
        "attention-8x1024x1024x80",
        "attention-8x256x256x160",
        "attention-8x4096x77x40",
        "attention-1x4096x4096x512",
        "norm-320@64",
        "norm-640@32",
        "norm-1280@16",
        "norm-128@512"
    })
    public String workload;

    /** Who computes it. */
    @Param(MezzotintEngine.NAME)
    public String engine;

    /** Threads that share the work. */
    @Param({"1", "2"})
    public int threads;

    private Workload shape;
    private Operator operator;
    private Workers workers;
    private double peak;

    /** Makes the operands and holds a peer's result against ours. */
    @Setup(Level.Trial)
    public void prepare() {
        shape = Workload.parse(workload);
        workers = Workers.of(threads);
        Operands operands = Operands.of(shape);
        operator = Engine.named(engine).prepare(shape, operands, threads);
        operator.run();
        if (!engine.equals(MezzotintEngine.NAME)) {
            try (Operator ours = new MezzotintEngine().prepare(shape, operands, threads)) {
                ours.run();
                double difference = largestDifference(ours.result(), operator.result());
                System.out.printf("largest difference from %s over largest value: %.1e%n", engine, difference);
                if (!(difference <= TOLERANCE)) {
                    throw new IllegalStateException(workload + ": " + engine + " differs by " + difference);
                }
            }
        }
    }

    /** Measures the peak anew, because a processor's clock changes. */
    @Setup(Level.Iteration)
    public void measurePeak() {
        peak = new SimdPeak().measure(workers);
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        operator.close();
        workers.close();
    }

    /** Computes the operator. */
    @Benchmark
    public void run(PeakCounter flops, ByteCounter bytes) {
        flops.count(shape.flops(), peak);
        bytes.bytes += shape.bytes();
        operator.run();
    }

    private static double largestDifference(float[] expected, float[] actual) {
        if (expected.length != actual.length) {
            throw new IllegalStateException("results have " + expected.length + " and " + actual.length + " values");
        }
        double largest = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            // Not Math.max alone: a NaN must not get lost.
            double d = Math.abs((double) expected[i] - actual[i]);
            difference = d <= difference ? difference : d;
        }
        return difference / largest;
    }
}
