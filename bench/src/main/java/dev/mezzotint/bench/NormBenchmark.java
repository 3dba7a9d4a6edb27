package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.NormGeometry;
import dev.mezzotint.engine.kernel.NormKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarNorm;
import dev.mezzotint.engine.kernel.simd.SimdNorm;
import java.util.Arrays;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * Norms in GB/s. Counted are x and y forward, x, dy and dx backward, each once; a kernel whose image does not stay in a
 * cache reads them twice.
 */
public class NormBenchmark extends KernelBenchmark {
    /** Batch, positions, channels, groups: two training levels, a Stable Diffusion level, two transformer widths. */
    @Param({"64x256x64x16", "64x4096x32x16", "2x4096x320x32", "16384x1x128x1", "4096x1x320x1"})
    public String shape;

    /** What follows the norm. */
    @Param({"NONE", "SILU"})
    public Activation activation;

    private NormKernel norm;
    private NormGeometry geometry;
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
    @Override
    void prepare() {
        int[] sizes =
                Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
        geometry = new NormGeometry(sizes[0], sizes[1], sizes[2], sizes[3], 1e-5f, activation);
        Random random = new Random(1);
        int length = sizes[0] * sizes[1] * sizes[2];
        x = randomValues(random, length);
        dy = randomValues(random, length);
        gamma = randomValues(random, sizes[2]);
        beta = randomValues(random, sizes[2]);
        mean = new float[sizes[0] * sizes[3]];
        rstd = new float[mean.length];
        dGamma = new float[sizes[2]];
        dBeta = new float[sizes[2]];
        compare(new SimdNorm(), new ScalarNorm(), twin -> {
            norm = twin;
            y = new float[length];
            dx = new float[length];
            return new float[][] {run(), runBackward()};
        });
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
}
