package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.SoftmaxKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarSoftmax;
import dev.mezzotint.engine.kernel.simd.SimdSoftmax;
import java.util.Arrays;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Softmax by itself and cross-entropy, in GB/s. Attention does not use them: its softmax goes along with its products. */
public class SoftmaxBenchmark extends KernelBenchmark {
    /** Rows and width: scores of 4096 pixels by 77 words, a square of scores, pictures against captions of a batch. */
    @Param({"32768x77", "4096x4096", "256x256"})
    public String shape;

    private SoftmaxKernel softmax;
    private int rows;
    private int width;
    private float[] x;
    private float[] y;
    private float[] dx;
    private float[] losses;
    private int[] targets;

    /** Makes the operands and checks the twins against each other. */
    @Override
    void prepare() {
        int[] sizes =
                Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
        rows = sizes[0];
        width = sizes[1];
        x = randomValues(new Random(1), rows * width);
        losses = new float[rows];
        targets = new Random(2).ints(rows, 0, width).toArray();
        compare(new SimdSoftmax(), new ScalarSoftmax(), twin -> {
            softmax = twin;
            y = new float[x.length];
            dx = new float[x.length];
            return new float[][] {run(), runCrossEntropy()};
        });
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
