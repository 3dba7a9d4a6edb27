package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.ActivationKernel;
import dev.mezzotint.engine.kernel.BinaryOp;
import dev.mezzotint.engine.kernel.BroadcastGeometry;
import dev.mezzotint.engine.kernel.ElementwiseKernel;
import dev.mezzotint.engine.kernel.OptimizerKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarActivation;
import dev.mezzotint.engine.kernel.scalar.ScalarElementwise;
import dev.mezzotint.engine.kernel.scalar.ScalarOptimizer;
import dev.mezzotint.engine.kernel.simd.SimdActivation;
import dev.mezzotint.engine.kernel.simd.SimdElementwise;
import dev.mezzotint.engine.kernel.simd.SimdOptimizer;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Random;
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

/** Element-wise work, reductions, activations and the optimiser in GB/s, on 16 images of 32 × 32 × 64 and on weights. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC"})
public class ElementwiseBenchmark {
    private static final int BATCH = 16;
    private static final int POSITIONS = 1024;
    private static final int CHANNELS = 64;
    private static final int LENGTH = BATCH * POSITIONS * CHANNELS;
    private static final BroadcastGeometry TIME_EMBEDDING =
            new BroadcastGeometry(BATCH, POSITIONS, CHANNELS, CHANNELS, 0, 1);
    private static final BroadcastGeometry BIAS = new BroadcastGeometry(1, BATCH * POSITIONS, CHANNELS, 0, 0, 1);

    /** Which of the twins. */
    @Param({"simd", "scalar"})
    public String kernel;

    /** How many threads share the work. */
    @Param({"1", "2"})
    public int threads;

    private ElementwiseKernel elementwise;
    private ActivationKernel activation;
    private OptimizerKernel optimizer;
    private Workers workers;
    private float[] a;
    private float[] b;
    private float[] out;
    private float[] small;
    private float[] squares;

    /** Makes the operands and checks the twins against each other. */
    @Setup(Level.Trial)
    public void prepare() {
        boolean simd = kernel.equals("simd");
        elementwise = simd ? new SimdElementwise() : new ScalarElementwise();
        activation = simd ? new SimdActivation() : new ScalarActivation();
        optimizer = simd ? new SimdOptimizer() : new ScalarOptimizer();
        workers = Workers.of(threads);
        Random random = new Random(1);
        a = GemmBenchmark.randomValues(random, LENGTH);
        b = GemmBenchmark.randomValues(random, LENGTH);
        out = new float[LENGTH];
        small = GemmBenchmark.randomValues(random, BATCH * CHANNELS);
        squares = new float[LENGTH];
        check();
    }

    private void check() {
        float[] expected = new float[LENGTH];
        ElementwiseKernel oracle = new ScalarElementwise();
        oracle.broadcast(workers, BinaryOp.ADD, TIME_EMBEDDING, a, 0, small, 0, expected, 0);
        elementwise.broadcast(workers, BinaryOp.ADD, TIME_EMBEDDING, a, 0, small, 0, out, 0);
        NormBenchmark.requireClose(expected, out);
        float[] expectedSums = new float[CHANNELS];
        float[] sums = new float[CHANNELS];
        oracle.reduce(workers, BIAS, a, 0, expectedSums, 0);
        elementwise.reduce(workers, BIAS, a, 0, sums, 0);
        NormBenchmark.requireClose(expectedSums, sums);
        new ScalarActivation().forward(workers, Activation.SILU, LENGTH, a, 0, expected, 0);
        activation.forward(workers, Activation.SILU, LENGTH, a, 0, out, 0);
        NormBenchmark.requireClose(expected, out);
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        workers.close();
    }

    /** A residual connection. */
    @Benchmark
    public float[] add(ByteCounter counter) {
        counter.bytes += 12.0 * LENGTH;
        elementwise.binary(workers, BinaryOp.ADD, LENGTH, a, 0, b, 0, out, 0);
        return out;
    }

    /** A time embedding added to images. */
    @Benchmark
    public float[] addTimeEmbedding(ByteCounter counter) {
        counter.bytes += 8.0 * LENGTH;
        elementwise.broadcast(workers, BinaryOp.ADD, TIME_EMBEDDING, a, 0, small, 0, out, 0);
        return out;
    }

    /** Gradient of a bias. */
    @Benchmark
    public float[] reduceToBias(ByteCounter counter) {
        counter.bytes += 4.0 * LENGTH;
        elementwise.reduce(workers, BIAS, a, 0, small, 0);
        return small;
    }

    /** A squared norm of gradients. */
    @Benchmark
    public double dot(ByteCounter counter) {
        counter.bytes += 8.0 * LENGTH;
        return elementwise.dot(workers, LENGTH, a, 0, b, 0);
    }

    /** SiLU forward. */
    @Benchmark
    public float[] silu(ByteCounter counter) {
        counter.bytes += 8.0 * LENGTH;
        activation.forward(workers, Activation.SILU, LENGTH, a, 0, out, 0);
        return out;
    }

    /** Exact GELU backward. */
    @Benchmark
    public float[] geluBackward(ByteCounter counter) {
        counter.bytes += 12.0 * LENGTH;
        activation.backward(workers, Activation.GELU, LENGTH, a, 0, b, 0, out, 0);
        return out;
    }

    /** One step of AdamW at a learning rate of zero, so that the weights stay what they are. */
    @Benchmark
    public float[] adamW(ByteCounter counter) {
        counter.bytes += 28.0 * LENGTH;
        optimizer.adamW(workers, LENGTH, a, b, out, squares, 1, 0, 0.9, 0.999, 1e-8, 0.01, 1, 1);
        return a;
    }
}
