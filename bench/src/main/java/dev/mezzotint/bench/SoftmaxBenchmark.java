package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.SoftmaxKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarSoftmax;
import dev.mezzotint.engine.kernel.simd.SimdSoftmax;
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

/** Softmax by itself and cross-entropy, in GB/s. Attention does not use them: its softmax goes along with its products. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "-XX:+UseSerialGC"})
public class SoftmaxBenchmark {
    /** Rows and width: scores of 4096 pixels by 77 words, a square of scores, pictures against captions of a batch. */
    @Param({"32768x77", "4096x4096", "256x256"})
    public String shape;

    /** Which of the twins. */
    @Param({"simd", "scalar"})
    public String kernel;

    /** Threads that share the work. */
    @Param({"1", "2"})
    public int threads;

    private SoftmaxKernel softmax;
    private Workers workers;
    private int rows;
    private int width;
    private float[] x;
    private float[] y;
    private float[] dx;
    private float[] losses;
    private int[] targets;

    /** Makes the operands and checks the twins against each other. */
    @Setup(Level.Trial)
    public void prepare() {
        int[] sizes =
                Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
        rows = sizes[0];
        width = sizes[1];
        workers = Workers.of(threads);
        x = GemmBenchmark.randomValues(new Random(1), rows * width);
        losses = new float[rows];
        targets = new Random(2).ints(rows, 0, width).toArray();
        float[][] results = new float[4][];
        for (int twin = 0; twin < 2; twin++) {
            softmax = (twin == 0) == kernel.equals("simd") ? new ScalarSoftmax() : new SimdSoftmax();
            y = new float[x.length];
            dx = new float[x.length];
            results[2 * twin] = run();
            results[2 * twin + 1] = runCrossEntropy();
        }
        NormBenchmark.requireClose(results[0], results[2]);
        NormBenchmark.requireClose(results[1], results[3]);
    }

    /** Ends the threads. */
    @TearDown(Level.Trial)
    public void close() {
        workers.close();
    }

    /** Softmax over rows. */
    @Benchmark
    public float[] forward(ByteCounter counter) {
        counter.bytes += 8.0 * x.length;
        return run();
    }

    /** Losses and their gradients. */
    @Benchmark
    public float[] crossEntropy(ByteCounter counter) {
        counter.bytes += 8.0 * x.length;
        return runCrossEntropy();
    }

    private float[] run() {
        softmax.forward(workers, rows, width, x, 0, y, 0);
        return y;
    }

    private float[] runCrossEntropy() {
        softmax.crossEntropy(workers, rows, width, x, 0, targets, losses, dx, 0);
        return dx;
    }
}
