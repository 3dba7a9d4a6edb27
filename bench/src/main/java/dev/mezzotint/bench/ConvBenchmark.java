package dev.mezzotint.bench;

import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.ConvKernel;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.GemmKernel;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.kernel.scalar.ScalarConv;
import dev.mezzotint.engine.kernel.scalar.ScalarGemm;
import dev.mezzotint.engine.kernel.simd.SimdConv;
import dev.mezzotint.engine.kernel.simd.SimdGemm;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * Convolutions and their gradients, in GFLOP/s of the direct algorithm ({@code flops}) and as a share of the multiply-add peak
 * ({@code shareOfPeak}), which Winograd's algorithm exceeds.
 */
public class ConvBenchmark extends ArithmeticBenchmark {
    /** Layers that are measured. */
    public enum Layer {
        /** First layer of the built-in VAE. */
        VAE_IN(ConvGeometry.square(8, 64, 64, 3, 32, 3, 1, 1)),
        /** Residual block of the built-in VAE at full size. */
        VAE_64(ConvGeometry.square(8, 64, 64, 32, 32, 3, 1, 1)),
        /** Downsampling of the built-in VAE, padded on two sides. */
        VAE_DOWN(new ConvGeometry(8, 32, 32, 64, 64, 3, 3, 2, 0, 0, 1, 1)),
        /** Residual block of the built-in U-Net, upper level. */
        UNET_16(ConvGeometry.square(32, 16, 16, 64, 64, 3, 1, 1)),
        /** Residual block of the built-in U-Net, lower level. */
        UNET_8(ConvGeometry.square(64, 8, 8, 128, 128, 3, 1, 1)),
        /** Shortcut of a residual block of the built-in U-Net. */
        UNET_SHORTCUT(ConvGeometry.square(64, 8, 8, 256, 128, 1, 1, 0)),
        /** Stable Diffusion 1.5, upper level, both passes of guidance. */
        SD15_64(ConvGeometry.square(2, 64, 64, 320, 320, 3, 1, 1));

        private final ConvGeometry geometry;

        Layer(ConvGeometry geometry) {
            this.geometry = geometry;
        }
    }

    /** Which layer. */
    @Param
    public Layer layer;

    private ConvGeometry geometry;
    private ConvKernel conv;
    private float[] x;
    private float[] weight;
    private PackedOperand packed;
    private float[] y;
    private float[] dy;
    private float[] dx;
    private float[] dw;

    /** Makes the operands, and checks that the gradients belong to the forward pass: ⟨dy, y⟩ = ⟨dx, x⟩ = ⟨dw, w⟩. */
    @Override
    void prepare() {
        geometry = layer.geometry;
        conv = twin(new SimdConv(), new ScalarConv());
        Random random = new Random(1);
        int inputs = geometry.batch() * geometry.height() * geometry.width() * geometry.inChannels();
        int outputs = geometry.rows() * geometry.outChannels();
        x = randomValues(random, inputs);
        weight = randomValues(random, geometry.depth() * geometry.outChannels());
        dy = randomValues(random, outputs);
        y = new float[outputs];
        dx = new float[inputs];
        dw = new float[weight.length];
        GemmKernel gemm = twin(new SimdGemm(), new ScalarGemm());
        float[] panels = new float[gemm.packedLength(geometry.depth(), geometry.outChannels())];
        conv.pack(workers, geometry, geometry.outChannels(), weight, 0, panels, 0);
        packed = new PackedOperand.Floats(panels);
        forwardPass();
        conv.backwardInput(workers, geometry, dy, 0, weight, 0, dx, 0);
        conv.backwardWeight(workers, geometry, x, 0, dy, 0, dw, 0, false);
        double forward = dot(dy, y);
        double tolerance = 1e-5 * Math.sqrt(dot(y, y) * dot(dy, dy));
        if (!(Math.abs(dot(dx, x) - forward) <= tolerance) || !(Math.abs(dot(dw, weight) - forward) <= tolerance)) {
            throw new IllegalStateException(layer + ": the gradients do not belong to the forward pass: " + forward
                    + ", " + dot(dx, x) + ", " + dot(dw, weight));
        }
    }

    /** The forward pass. */
    @Benchmark
    public float[] forward(PeakCounter counter) {
        counter.count(geometry.flops(), peak);
        forwardPass();
        return y;
    }

    /** The gradient by the input, packing of the weights included. */
    @Benchmark
    public float[] backwardInput(PeakCounter counter) {
        counter.count(geometry.flops(), peak);
        conv.backwardInput(workers, geometry, dy, 0, weight, 0, dx, 0);
        return dx;
    }

    /** The gradient by the weights. */
    @Benchmark
    public float[] backwardWeight(PeakCounter counter) {
        counter.count(geometry.flops(), peak);
        conv.backwardWeight(workers, geometry, x, 0, dy, 0, dw, 0, false);
        return dw;
    }

    private void forwardPass() {
        conv.forward(workers, geometry, x, 0, packed, y, 0, Epilogue.STORE);
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
