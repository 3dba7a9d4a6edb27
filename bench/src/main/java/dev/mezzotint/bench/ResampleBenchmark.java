package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.ResampleKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarResample;
import dev.mezzotint.engine.kernel.simd.SimdResample;
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

/** Images twice as large, and back as a gradient goes, in GB/s. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC"})
public class ResampleBenchmark {
    private static final int FACTOR = 2;

    /** Batch, height, width, channels of the small image: Stable Diffusion's U-Net and VAE, a training level. */
    @Param({"2x8x8x1280", "2x32x32x640", "1x256x256x256", "64x8x8x128"})
    public String shape;

    /** Which of the twins. */
    @Param({"simd", "scalar"})
    public String kernel;

    /** Threads that share the work. */
    @Param({"1", "2"})
    public int threads;

    private ResampleKernel resample;
    private Workers workers;
    private int[] sizes;
    private float[] x;
    private float[] y;
    private float[] dx;

    /** Makes the operands and checks the twins against each other. */
    @Setup(Level.Trial)
    public void prepare() {
        sizes = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
        workers = Workers.of(threads);
        x = GemmBenchmark.randomValues(new Random(1), sizes[0] * sizes[1] * sizes[2] * sizes[3]);
        float[][] results = new float[4][];
        for (int twin = 0; twin < 2; twin++) {
            resample = (twin == 0) == kernel.equals("simd") ? new ScalarResample() : new SimdResample();
            y = new float[FACTOR * FACTOR * x.length];
            dx = new float[x.length];
            results[2 * twin] = enlarge();
            results[2 * twin + 1] = reduce();
        }
        NormBenchmark.requireClose(results[0], results[2]);
        NormBenchmark.requireClose(results[1], results[3]);
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        workers.close();
    }

    /** Enlarges. */
    @Benchmark
    public float[] upsample(ByteCounter counter) {
        counter.bytes += 4.0 * (x.length + y.length);
        return enlarge();
    }

    /** The gradient: sums over blocks of pixels. */
    @Benchmark
    public float[] sumPool(ByteCounter counter) {
        counter.bytes += 4.0 * (x.length + y.length);
        return reduce();
    }

    private float[] enlarge() {
        resample.upsample(workers, sizes[0], sizes[1], sizes[2], sizes[3], FACTOR, x, 0, y, 0);
        return y;
    }

    private float[] reduce() {
        resample.sumPool(workers, sizes[0], sizes[1], sizes[2], sizes[3], FACTOR, 1f, y, 0, dx, 0);
        return dx;
    }
}
