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
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;

/** Element-wise work, reductions, activations and the optimiser in GB/s, on 16 images of 32 × 32 × 64 and on weights. */
public class ElementwiseBenchmark extends KernelBenchmark {
    private static final int BATCH = 16;
    private static final int POSITIONS = 1024;
    private static final int CHANNELS = 64;
    private static final int LENGTH = BATCH * POSITIONS * CHANNELS;
    private static final BroadcastGeometry TIME_EMBEDDING =
            new BroadcastGeometry(BATCH, POSITIONS, CHANNELS, CHANNELS, 0, 1);
    private static final BroadcastGeometry BIAS = new BroadcastGeometry(1, BATCH * POSITIONS, CHANNELS, 0, 0, 1);

    private ElementwiseKernel elementwise;
    private ActivationKernel activation;
    private OptimizerKernel optimizer;
    private float[] a;
    private float[] b;
    private float[] out;
    private float[] small;
    private float[] squares;

    /** Makes the operands and checks the twins against each other. */
    @Override
    void prepare() {
        Random random = new Random(1);
        a = randomValues(random, LENGTH);
        b = randomValues(random, LENGTH);
        out = new float[LENGTH];
        small = randomValues(random, BATCH * CHANNELS);
        squares = new float[LENGTH];
        compare(new SimdElementwise(), new ScalarElementwise(), twin -> {
            elementwise = twin;
            float[] sum = new float[LENGTH];
            elementwise.broadcast(workers, BinaryOp.ADD, TIME_EMBEDDING, a, 0, small, 0, sum, 0);
            float[] columns = new float[CHANNELS];
            elementwise.reduce(workers, BIAS, a, 0, columns, 0);
            return new float[][] {sum, columns};
        });
        compare(new SimdActivation(), new ScalarActivation(), twin -> {
            activation = twin;
            float[] y = new float[LENGTH];
            activation.forward(workers, Activation.SILU, LENGTH, a, 0, y, 0);
            return new float[][] {y};
        });
        compare(new SimdOptimizer(), new ScalarOptimizer(), twin -> {
            optimizer = twin;
            float[] weights = a.clone();
            float[] moments = new float[LENGTH];
            optimizer.adamW(
                    workers, LENGTH, weights, b, moments, new float[LENGTH], 1, 1e-2, 0.9, 0.999, 1e-8, 0.01, 1, 1);
            return new float[][] {weights, moments};
        });
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
