package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.ConvKernel;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;

/**
 * Convolution as a matrix product that never exists: a band of the image is framed with zeros in a small buffer, and there
 * the values that one kernel row sees stand beside each other, so that the register tile reads them in place. Forward, 3 × 3
 * kernels of many channels go through {@link WinogradPass}, {@link FewOutputsPass} or {@link SmallImagePass}.
 */
public final class SimdConv implements ConvKernel {
    private final SimdGemm gemm = new SimdGemm();

    /** Holds no state. */
    public SimdConv() {}

    @Override
    public void pack(
            Workers workers,
            ConvGeometry geometry,
            int columns,
            float[] weight,
            int weightOffset,
            float[] packed,
            int packedOffset) {
        RowOrder order = order(geometry);
        int depth = order.rows();
        workers.run(
                Panels.count(columns),
                panel -> Panels.pack(panel, order, columns, weight, weightOffset, 1, depth, packed, packedOffset));
    }

    @Override
    public int[] packedRows(ConvGeometry geometry) {
        RowOrder order = order(geometry);
        int[] rows = new int[order.rows()];
        Arrays.setAll(rows, order::place);
        return rows;
    }

    private static RowOrder order(ConvGeometry geometry) {
        return WinogradPass.suits(geometry) ? new RowOrder(9, geometry.inChannels()) : RowOrder.plain(geometry.depth());
    }

    @Override
    public void forward(
            Workers workers,
            ConvGeometry geometry,
            float[] x,
            int xOffset,
            PackedOperand packed,
            float[] y,
            int yOffset,
            Epilogue epilogue) {
        epilogue.refuseAddend("convolution");
        if (geometry.isPointwise()) {
            int from = geometry.inChannels();
            int to = geometry.outChannels();
            gemm.multiply(workers, geometry.rows(), to, from, x, xOffset, from, 1, packed, y, yOffset, to, epilogue);
            return;
        }
        if (FewOutputsPass.suits(geometry)) {
            FewOutputsPass.run(workers, geometry, x, xOffset, packed, y, yOffset, epilogue);
            return;
        }
        if (SmallImagePass.suits(geometry)) {
            SmallImagePass.run(gemm, workers, geometry, x, xOffset, packed, y, yOffset, epilogue);
            return;
        }
        if (WinogradPass.suits(geometry)) {
            WinogradOperand weights = new WinogradOperand.Packed(packed);
            WinogradPass.run(workers, WinogradShape.of(geometry), x, xOffset, weights, y, yOffset, epilogue);
            return;
        }
        CorrelationPass.run(workers, Correlation.forward(geometry), x, xOffset, packed, y, yOffset, epilogue);
    }

    @Override
    public void backwardInput(
            Workers workers,
            ConvGeometry geometry,
            float[] dy,
            int dyOffset,
            float[] weight,
            int weightOffset,
            float[] dx,
            int dxOffset) {
        int outChannels = geometry.outChannels();
        int inChannels = geometry.inChannels();
        if (geometry.isPointwise()) {
            float[] packed = Scratch.ofThread().packed(gemm.packedLength(outChannels, inChannels));
            gemm.pack(workers, outChannels, inChannels, weight, weightOffset, inChannels, 1, packed, 0);
            gemm.multiply(
                    workers,
                    geometry.rows(),
                    inChannels,
                    outChannels,
                    dy,
                    dyOffset,
                    outChannels,
                    1,
                    new PackedOperand.Floats(packed),
                    dx,
                    dxOffset,
                    inChannels,
                    Epilogue.STORE);
            return;
        }
        InputGradientPass.run(workers, geometry, dy, dyOffset, weight, weightOffset, dx, dxOffset);
    }

    @Override
    public void backwardWeight(
            Workers workers,
            ConvGeometry geometry,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dw,
            int dwOffset,
            boolean accumulate) {
        WeightGradientPass.run(workers, geometry, x, xOffset, dy, dyOffset, dw, dwOffset, accumulate);
    }
}
