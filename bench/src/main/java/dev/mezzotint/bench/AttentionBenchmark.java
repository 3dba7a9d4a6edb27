package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.AttentionGeometry;
import dev.mezzotint.engine.kernel.AttentionKernel;
import dev.mezzotint.engine.kernel.scalar.ScalarAttention;
import dev.mezzotint.engine.kernel.simd.SimdAttention;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * Attention in GFLOP/s ({@code flops}: its two products forward, its five backward; a causal mask counts half) and as a share
 * of the multiply-add peak ({@code shareOfPeak}): {@code java -jar benchmarks.jar AttentionBenchmark -p kernel=simd -p
 * threads=1}.
 */
public class AttentionBenchmark extends ArithmeticBenchmark {
    /** What is attended to, and by what. */
    public enum Layer {
        /** Self-attention of the built-in U-Net at 16×16, training batch. */
        SELF_16(new AttentionGeometry(32, 4, 256, 256, 32, 0.17677669f, false)),
        /** The same with narrow heads. */
        SELF_16_NARROW(new AttentionGeometry(32, 4, 256, 256, 16, 0.25f, false)),
        /** Self-attention of the built-in U-Net at 8×8. */
        SELF_8(new AttentionGeometry(32, 8, 64, 64, 32, 0.17677669f, false)),
        /** Attention to the prompt at 16×16. */
        CROSS_16(new AttentionGeometry(32, 4, 256, 77, 32, 0.17677669f, false)),
        /** A CLIP text encoder's causal self-attention. */
        TEXT(new AttentionGeometry(64, 4, 77, 77, 32, 0.17677669f, true)),
        /** A CLIP image encoder's self-attention over 64 patches and the class token. */
        IMAGE(new AttentionGeometry(64, 4, 65, 65, 32, 0.17677669f, false)),
        /** Stable Diffusion 1, U-Net at 64×64. */
        STABLE_DIFFUSION_64(new AttentionGeometry(1, 8, 4096, 4096, 40, 0.15811388f, false)),
        /** Stable Diffusion 1, U-Net at 32×32. */
        STABLE_DIFFUSION_32(new AttentionGeometry(2, 8, 1024, 1024, 80, 0.1118034f, false)),
        /** Stable Diffusion 1, attention to the prompt at 64×64. */
        STABLE_DIFFUSION_CROSS(new AttentionGeometry(2, 8, 4096, 77, 40, 0.15811388f, false)),
        /** Stable Diffusion's VAE, middle block of a 512×512 picture. */
        VAE(new AttentionGeometry(1, 1, 4096, 4096, 512, 0.044194174f, false));

        final AttentionGeometry geometry;

        Layer(AttentionGeometry geometry) {
            this.geometry = geometry;
        }
    }

    /** Named after real layers. */
    @Param
    public Layer layer;

    private AttentionGeometry geometry;
    private AttentionKernel attention;
    private float[] q;
    private float[] k;
    private float[] v;
    private float[] out;
    private float[] logSumExp;
    private float[] dOut;
    private float[] dq;
    private float[] dk;
    private float[] dv;

    /** Makes the operands and checks some rows of the output against double precision. */
    @Override
    void prepare() {
        geometry = layer.geometry;
        attention = twin(new SimdAttention(), new ScalarAttention());
        Random random = new Random(1);
        int queryLength = geometry.batch() * geometry.queries() * geometry.rowWidth();
        int keyLength = geometry.batch() * geometry.keys() * geometry.rowWidth();
        q = randomValues(random, queryLength);
        k = randomValues(random, keyLength);
        v = randomValues(random, keyLength);
        dOut = randomValues(random, queryLength);
        out = new float[queryLength];
        dq = new float[queryLength];
        dk = new float[keyLength];
        dv = new float[keyLength];
        logSumExp = new float[geometry.batch() * geometry.heads() * geometry.queries()];
        forward();
        for (int sample = 0; sample < 20; sample++) {
            checkRow(
                    random.nextInt(geometry.batch()),
                    random.nextInt(geometry.heads()),
                    random.nextInt(geometry.queries()));
        }
    }

    /** Output and log-sums. */
    @Benchmark
    public float[] forward(PeakCounter counter) {
        counter.count(flops(), peak);
        return forward();
    }

    /** All three gradients. */
    @Benchmark
    public float[] backward(PeakCounter counter) {
        counter.count(2.5 * flops(), peak);
        attention.backward(workers, geometry, q, 0, k, 0, v, 0, out, 0, logSumExp, dOut, 0, dq, 0, dk, 0, dv, 0);
        return dq;
    }

    private double flops() {
        return geometry.causal() ? geometry.flops() / 2.0 : geometry.flops();
    }

    private float[] forward() {
        attention.forward(workers, geometry, q, 0, k, 0, v, 0, out, 0, logSumExp);
        return out;
    }

    private void checkRow(int example, int head, int query) {
        int queryRow = ((example * geometry.queries() + query) * geometry.heads() + head) * geometry.width();
        int visible = geometry.causal() ? query + 1 : geometry.keys();
        double denominator = 0;
        double[] sums = new double[geometry.width()];
        for (int j = 0; j < visible; j++) {
            int keyRow = ((example * geometry.keys() + j) * geometry.heads() + head) * geometry.width();
            double score = 0;
            for (int c = 0; c < geometry.width(); c++) {
                score += (double) q[queryRow + c] * k[keyRow + c];
            }
            double e = Math.exp(score * geometry.scale());
            denominator += e;
            for (int c = 0; c < geometry.width(); c++) {
                sums[c] += e * v[keyRow + c];
            }
        }
        for (int c = 0; c < geometry.width(); c++) {
            double expected = sums[c] / denominator;
            if (!(Math.abs(expected - out[queryRow + c]) <= 1e-5)) {
                throw new IllegalStateException(layer + ": out is " + out[queryRow + c] + ", not " + expected);
            }
        }
    }
}
