package dev.mezzotint.engine.kernel.timing;

import static dev.mezzotint.engine.kernel.timing.KernelLog.floats;

import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.GemmKernel;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Optional;

/** A {@link GemmKernel} whose calls are written down. */
final class TimedGemm implements GemmKernel {
    private final KernelLog log;
    private final GemmKernel kernel;

    TimedGemm(KernelLog log, GemmKernel kernel) {
        this.log = log;
        this.kernel = kernel;
    }

    @Override
    public int packedLength(int k, int n) {
        return kernel.packedLength(k, n);
    }

    @Override
    public int packedColumns() {
        return kernel.packedColumns();
    }

    @Override
    public void pack(
            Workers workers,
            int k,
            int n,
            float[] b,
            int bOffset,
            int rowStride,
            int columnStride,
            float[] packed,
            int packedOffset) {
        kernel.pack(workers, k, n, b, bOffset, rowStride, columnStride, packed, packedOffset);
    }

    @Override
    public void packHalves(
            int k,
            int columns,
            short[] b,
            int pitch,
            int[] rows,
            int from,
            int count,
            short[] packed,
            int packedOffset) {
        kernel.packHalves(k, columns, b, pitch, rows, from, count, packed, packedOffset);
    }

    @Override
    public void multiply(
            Workers workers,
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            PackedOperand packed,
            float[] c,
            int cOffset,
            int cRowStride,
            Epilogue epilogue) {
        log.time(
                KernelFamily.MATRIX_PRODUCT,
                "matmul " + m + "×" + n + "×" + k,
                2.0 * m * n * k,
                floats((double) m * k + (double) m * n) + bytes(packed, (double) k * n),
                Optional.of(packed),
                () -> kernel.multiply(
                        workers,
                        m,
                        n,
                        k,
                        a,
                        aOffset,
                        aRowStride,
                        aColumnStride,
                        packed,
                        c,
                        cOffset,
                        cRowStride,
                        epilogue));
    }

    /** Bytes of weights in the precision that they are kept in. */
    static double bytes(PackedOperand packed, double elements) {
        return elements
                * switch (packed) {
                    case PackedOperand.Floats _ -> Float.BYTES;
                    case PackedOperand.Halves _, PackedOperand.BrainHalves _ -> Short.BYTES;
                };
    }
}
