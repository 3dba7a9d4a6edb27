package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.GemmKernel;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.kernel.scalar.ScalarGemm;
import dev.mezzotint.engine.kernel.simd.SimdGemm;
import dev.mezzotint.engine.kernel.simd.SimdPeak;
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

/**
 * Matrix products in GFLOP/s ({@code flops}) and as a share of the multiply-add peak of as many threads, measured before
 * each iteration ({@code shareOfPeak}): {@code java -jar benchmarks.jar GemmBenchmark -p kernel=simd -p threads=1}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC"})
public class GemmBenchmark {
    /** m×n×k; after the square one: a U-Net's linear layers, its middle, a text encoder's feed-forward layer. */
    @Param({"1024x1024x1024", "4096x320x320", "256x1280x1280", "77x3072x768", "2048x64x64"})
    public String shape;

    /** Which of the twins. */
    @Param({"simd", "scalar"})
    public String kernel;

    /** Whether the right operand is kept in half precision, as the weights of most published models are. */
    @Param({"false", "true"})
    public boolean halves;

    /** How many threads share the product. */
    @Param({"1", "2"})
    public int threads;

    private int m;
    private int n;
    private int k;
    private GemmKernel gemm;
    private Workers workers;
    private float[] a;
    private float[] b;
    private PackedOperand packed;
    private float[] c;
    private double peak;

    /** Makes the operands and checks a few values of the product against double precision. */
    @Setup(Level.Trial)
    public void prepare() {
        String[] sizes = shape.split("x");
        m = Integer.parseInt(sizes[0]);
        n = Integer.parseInt(sizes[1]);
        k = Integer.parseInt(sizes[2]);
        gemm = kernel.equals("scalar") ? new ScalarGemm() : new SimdGemm();
        workers = Workers.of(threads);
        Random random = new Random(1);
        a = randomValues(random, m * k);
        b = randomValues(random, k * n);
        if (halves) {
            for (int i = 0; i < b.length; i++) {
                b[i] = Float.float16ToFloat(Float.floatToFloat16(b[i]));
            }
        }
        c = new float[m * n];
        float[] panels = new float[gemm.packedLength(k, n)];
        gemm.pack(workers, k, n, b, 0, n, 1, panels, 0);
        packed = halves ? new PackedOperand.Halves(halves(panels)) : new PackedOperand.Floats(panels);
        run(a, k, 1);
        for (int sample = 0; sample < 1000; sample++) {
            int i = random.nextInt(m);
            int j = random.nextInt(n);
            double sum = 0;
            for (int p = 0; p < k; p++) {
                sum += (double) a[i * k + p] * b[p * n + j];
            }
            if (!(Math.abs(sum - c[i * n + j]) <= 1e-5 * Math.sqrt(k))) {
                throw new IllegalStateException(
                        shape + ": c[" + i + ", " + j + "] is " + c[i * n + j] + ", not " + sum);
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
        workers.close();
    }

    /** A runs along k, as activations do. */
    @Benchmark
    public float[] multiply(PeakCounter counter) {
        counter.count(2.0 * m * n * k, peak);
        return run(a, k, 1);
    }

    /** A is transposed, as in the gradient of weights. */
    @Benchmark
    public float[] multiplyTransposed(PeakCounter counter) {
        counter.count(2.0 * m * n * k, peak);
        return run(a, 1, m);
    }

    private float[] run(float[] left, int rowStride, int columnStride) {
        gemm.multiply(workers, m, n, k, left, 0, rowStride, columnStride, packed, c, 0, n, Epilogue.STORE);
        return c;
    }

    private static short[] halves(float[] values) {
        short[] halves = new short[values.length];
        for (int i = 0; i < values.length; i++) {
            halves[i] = Float.floatToFloat16(values[i]);
        }
        return halves;
    }

    static float[] randomValues(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }
}
