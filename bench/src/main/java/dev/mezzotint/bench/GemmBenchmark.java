package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.GemmKernel;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.kernel.scalar.ScalarGemm;
import dev.mezzotint.engine.kernel.simd.SimdGemm;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * Matrix products in GFLOP/s ({@code flops}) and as a share of the multiply-add peak of as many threads, measured before
 * each iteration ({@code shareOfPeak}): {@code java -jar benchmarks.jar GemmBenchmark -p kernel=simd -p threads=1}.
 */
public class GemmBenchmark extends ArithmeticBenchmark {
    /** m×n×k; after the square one: a U-Net's linear layers, its middle, a text encoder's feed-forward layer. */
    @Param({"1024x1024x1024", "4096x320x320", "256x1280x1280", "77x3072x768", "2048x64x64"})
    public String shape;

    /** Whether the right operand is kept in half precision, as the weights of most published models are. */
    @Param({"false", "true"})
    public boolean halves;

    private int m;
    private int n;
    private int k;
    private GemmKernel gemm;
    private float[] a;
    private float[] b;
    private PackedOperand packed;
    private float[] c;

    /** Makes the operands and checks a few values of the product against double precision. */
    @Override
    void prepare() {
        String[] sizes = shape.split("x");
        m = Integer.parseInt(sizes[0]);
        n = Integer.parseInt(sizes[1]);
        k = Integer.parseInt(sizes[2]);
        gemm = twin(new SimdGemm(), new ScalarGemm());
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
}
