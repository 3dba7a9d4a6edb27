package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.ResampleKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarResample;
import dev.mezzotint.engine.kernel.simd.SimdResample;
import java.util.Arrays;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Images twice as large, and back as a gradient goes, in GB/s. */
public class ResampleBenchmark extends KernelBenchmark {
    private static final int FACTOR = 2;

    /** Batch, height, width, channels of the small image: Stable Diffusion's U-Net and VAE, a training level. */
    @Param({"2x8x8x1280", "2x32x32x640", "1x256x256x256", "64x8x8x128"})
    public String shape;

    private ResampleKernel resample;
    private int[] sizes;
    private float[] x;
    private float[] y;
    private float[] dx;

    /** Makes the operands and checks the twins against each other. */
    @Override
    void prepare() {
        sizes = Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
        x = randomValues(new Random(1), sizes[0] * sizes[1] * sizes[2] * sizes[3]);
        compare(new SimdResample(), new ScalarResample(), twin -> {
            resample = twin;
            y = new float[FACTOR * FACTOR * x.length];
            dx = new float[x.length];
            return new float[][] {enlarge(), reduce()};
        });
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
