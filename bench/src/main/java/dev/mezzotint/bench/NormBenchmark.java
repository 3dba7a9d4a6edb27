package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.NormGeometry;
import dev.mezzotint.engine.kernel.NormKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarNorm;
import dev.mezzotint.engine.kernel.simd.SimdNorm;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
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

/**
 * Norms in GB/s. Counted are x and y forward, x, dy and dx backward, each once; a kernel whose image does not stay in a
 * cache reads them twice.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC"})
public class NormBenchmark {
    /** Batch, positions, channels, groups: two training levels, a Stable Diffusion level, two transformer widths. */
    @Param({"64x256x64x16", "64x4096x32x16", "2x4096x320x32", "16384x1x128x1", "4096x1x320x1"})
    public String shape;

    /** What follows the norm. */
    @Param({"NONE", "SILU"})
    public Activation activation;

    /** Which of the twins. */
    @Param({"simd", "scalar"})
    public String kernel;

    /** How many threads share the work. */
    @Param({"1", "2"})
    public int threads;

    private NormKernel norm;
    private NormGeometry geometry;
    private Workers workers;
    private float[] x;
    private float[] gamma;
    private float[] beta;
    private float[] y;
    private float[] mean;
    private float[] rstd;
    private float[] dy;
    private float[] dx;
    private float[] dGamma;
    private float[] dBeta;

    /** Makes the operands and checks y and dx against the scalar twin. */
    @Setup(Level.Trial)
    public void prepare() {
        int[] sizes =
                Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
        geometry = new NormGeometry(sizes[0], sizes[1], sizes[2], sizes[3], 1e-5f, activation);
        workers = Workers.of(threads);
        Random random = new Random(1);
        int length = sizes[0] * sizes[1] * sizes[2];
        x = GemmBenchmark.randomValues(random, length);
        dy = GemmBenchmark.randomValues(random, length);
        gamma = GemmBenchmark.randomValues(random, sizes[2]);
        beta = GemmBenchmark.randomValues(random, sizes[2]);
        mean = new float[sizes[0] * sizes[3]];
        rstd = new float[mean.length];
        dGamma = new float[sizes[2]];
        dBeta = new float[sizes[2]];
        float[][] results = new float[4][];
        for (int twin = 0; twin < 2; twin++) {
            norm = (twin == 0) == kernel.equals("simd") ? new ScalarNorm() : new SimdNorm();
            y = new float[length];
            dx = new float[length];
            run();
            runBackward();
            results[2 * twin] = y;
            results[2 * twin + 1] = dx;
        }
        requireClose(results[0], results[2]);
        requireClose(results[1], results[3]);
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        workers.close();
    }

    /** The forward pass. */
    @Benchmark
    public float[] forward(ByteCounter counter) {
        counter.bytes += 8.0 * x.length;
        return run();
    }

    /** The backward pass with the gradients of gamma and beta. */
    @Benchmark
    public float[] backward(ByteCounter counter) {
        counter.bytes += 12.0 * x.length;
        return runBackward();
    }

    private float[] run() {
        norm.forward(workers, geometry, x, 0, gamma, beta, y, 0, mean, rstd);
        return y;
    }

    private float[] runBackward() {
        norm.backward(workers, geometry, x, 0, gamma, beta, mean, rstd, dy, 0, dx, 0, dGamma, dBeta);
        return dx;
    }

    static void requireClose(float[] expected, float[] actual) {
        for (int i = 0; i < expected.length; i++) {
            if (!(Math.abs(expected[i] - actual[i]) <= 1e-5 * (1 + Math.abs(expected[i])))) {
                throw new IllegalStateException("element " + i + " is " + actual[i] + ", not " + expected[i]);
            }
        }
    }
}
