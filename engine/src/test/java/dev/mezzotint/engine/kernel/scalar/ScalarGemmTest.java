package dev.mezzotint.engine.kernel.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.parallel.Workers;
import org.junit.jupiter.api.Test;

class ScalarGemmTest {
    private final ScalarGemm gemm = new ScalarGemm();

    // A = (1 2 3; 4 5 6), B = (7 8; 9 10; 11 12), AB = (58 64; 139 154).
    private final float[] b = {7, 8, 9, 10, 11, 12};

    private float[] multiply(float[] a, int rowStride, int columnStride, float[] c, Epilogue epilogue) {
        Workers workers = Workers.of(2);
        float[] packed = new float[gemm.packedLength(3, 2)];
        gemm.pack(workers, 3, 2, b, 0, 2, 1, packed, 0);
        gemm.multiply(
                workers, 2, 2, 3, a, 0, rowStride, columnStride, new PackedOperand.Floats(packed), c, 0, 2, epilogue);
        return c;
    }

    @Test
    void multipliesAKnownProduct() {
        float[] nan = {Float.NaN, Float.NaN, Float.NaN, Float.NaN};
        assertArrayEquals(
                new float[] {58, 64, 139, 154}, multiply(new float[] {1, 2, 3, 4, 5, 6}, 3, 1, nan, Epilogue.STORE));
    }

    @Test
    void readsATransposedLeftOperandThroughItsStrides() {
        assertArrayEquals(
                new float[] {58, 64, 139, 154},
                multiply(new float[] {1, 4, 2, 5, 3, 6}, 1, 2, new float[4], Epilogue.STORE));
    }

    @Test
    void accumulatesThenAddsTheBiasThenActivates() {
        Epilogue epilogue = new Epilogue(new float[] {-60, 1}, true, Activation.SILU);
        float[] c = multiply(new float[] {1, 2, 3, 4, 5, 6}, 3, 1, new float[] {1, 2, 3, 4}, epilogue);
        float silu = (float) (-1 / (1 + Math.exp(1)));
        assertArrayEquals(new float[] {silu, 67, 82, 159}, c, 1e-6f);
    }
}
