package dev.mezzotint.engine.kernel.scalar;

import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.GemmKernel;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.parallel.Workers;

/** The matrix product as its definition: c[i, j] = Σ_p a[i, p] · b[p, j], each sum in double precision. */
public final class ScalarGemm implements GemmKernel {
    /** Holds no state. */
    public ScalarGemm() {}

    @Override
    public int packedLength(int k, int n) {
        return Math.multiplyExact(k, n);
    }

    @Override
    public int packedColumns() {
        return 1;
    }

    /** Packed B is B by columns: element (p, j) at j · k + p. */
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
        workers.run(n, j -> {
            for (int p = 0; p < k; p++) {
                packed[packedOffset + j * k + p] = b[bOffset + p * rowStride + j * columnStride];
            }
        });
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
        for (int j = 0; j < columns; j++) {
            for (int i = 0; i < count; i++) {
                packed[packedOffset + j * k + rows[from + i]] = b[j * pitch + i];
            }
        }
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
        workers.run(m, i -> {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int p = 0; p < k; p++) {
                    sum += (double) a[aOffset + i * aRowStride + p * aColumnStride] * packed.get(j * k + p);
                }
                int at = cOffset + i * cRowStride + j;
                c[at] = ScalarEpilogue.apply(epilogue, sum, j, epilogue.addend(c)[at]);
            }
        });
    }
}
