package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.GemmKernel;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.kernel.scalar.ScalarGemm;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SimdGemmTest {
    private static final float[] NO_BIAS = {};

    /** One product with everything that may vary: operands, strides, offsets and epilogue. */
    private record Case(
            int m,
            int n,
            int k,
            float[] a,
            int aOffset,
            int aRowStride,
            int aColumnStride,
            float[] b,
            int bOffset,
            int bRowStride,
            int bColumnStride,
            float[] before,
            int cOffset,
            int cRowStride,
            Epilogue epilogue) {

        static Case random(Random random, int m, int n, int k) {
            int slack = random.nextInt(3);
            int[] a = strides(random, m, k);
            int[] b = strides(random, k, n);
            int aOffset = random.nextInt(5);
            int bOffset = random.nextInt(5);
            int cOffset = random.nextInt(5);
            int cRowStride = n + slack;
            boolean accumulate = random.nextBoolean();
            float[] before = values(random, cOffset + m * cRowStride);
            boolean apart = accumulate && random.nextBoolean();
            if (!accumulate || apart) {
                Arrays.fill(before, Float.NaN);
            }
            float[] addend = apart ? values(random, before.length) : NO_BIAS;
            float[] bias = random.nextBoolean() ? values(random, n) : NO_BIAS;
            Activation[] activations = Activation.values();
            Activation activation = activations[random.nextInt(activations.length)];
            return new Case(
                    m,
                    n,
                    k,
                    values(random, aOffset + m * a[0] + k * a[1]),
                    aOffset,
                    a[0],
                    a[1],
                    Kept.representable(values(random, bOffset + k * b[0] + n * b[1])),
                    bOffset,
                    b[0],
                    b[1],
                    before,
                    cOffset,
                    cRowStride,
                    new Epilogue(bias, accumulate, addend, activation));
        }

        /** Rows one after another, columns one after another (transposed), or neither. */
        private static int[] strides(Random random, int rows, int columns) {
            int slack = random.nextInt(3);
            return switch (random.nextInt(3)) {
                case 0 -> new int[] {columns + slack, 1};
                case 1 -> new int[] {1, rows + slack};
                default -> new int[] {2 * columns + slack, 2};
            };
        }

        private static float[] values(Random random, int length) {
            float[] values = new float[length];
            for (int i = 0; i < length; i++) {
                values[i] = random.nextFloat() * 2 - 1;
            }
            return values;
        }

        float[] run(GemmKernel kernel, Workers workers) {
            return run(kernel, workers, Kept.FLOATS);
        }

        float[] run(GemmKernel kernel, Workers workers, Kept kept) {
            float[] packed = new float[kernel.packedLength(k, n)];
            Arrays.fill(packed, Float.NaN);
            kernel.pack(workers, k, n, b, bOffset, bRowStride, bColumnStride, packed, 0);
            float[] c = before.clone();
            kernel.multiply(
                    workers,
                    m,
                    n,
                    k,
                    a,
                    aOffset,
                    aRowStride,
                    aColumnStride,
                    kept.keep(packed),
                    c,
                    cOffset,
                    cRowStride,
                    epilogue);
            return c;
        }

        void check() {
            float[] expected = run(new ScalarGemm(), Workers.of(1));
            float[] actual = run(new SimdGemm(), Workers.of(1));
            double largest = 0;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    largest = Math.max(largest, Math.abs(expected[cOffset + i * cRowStride + j]));
                }
            }
            for (int at = 0; at < expected.length; at++) {
                int column = (at - cOffset) % cRowStride;
                if (at < cOffset || column >= n) {
                    assertTrue(
                            Float.floatToRawIntBits(actual[at]) == Float.floatToRawIntBits(before[at]),
                            () -> "wrote between the rows: " + this);
                } else {
                    double error = Math.abs(expected[at] - actual[at]);
                    assertTrue(error <= 1e-5 * largest + 1e-7, () -> "error " + error + " in " + this);
                }
            }
        }

        @Override
        public String toString() {
            return m + "×" + n + "×" + k + " a " + aRowStride + "," + aColumnStride + " b " + bRowStride + ","
                    + bColumnStride + " accumulate " + epilogue.accumulate() + " bias " + epilogue.hasBias() + " "
                    + epilogue.activation();
        }
    }

    @Test
    void agreesWithTheDefinitionAtOddSizes() {
        Random random = new Random(1);
        for (int i = 0; i < 400; i++) {
            Case.random(random, 1 + random.nextInt(70), 1 + random.nextInt(70), 1 + random.nextInt(70))
                    .check();
        }
    }

    @Test
    void agreesWithTheDefinitionAcrossSeveralPassesAndPanels() {
        Random random = new Random(2);
        for (int i = 0; i < 12; i++) {
            Case.random(random, 1 + random.nextInt(220), 1 + random.nextInt(200), 380 + random.nextInt(800))
                    .check();
        }
        Case.random(random, 40, 70, 1024).check();
    }

    @Test
    void agreesWithTheDefinitionWhereAPanelTakesSeveralPassesBeforeTheNext() {
        Random random = new Random(8);
        for (int i = 0; i < 10; i++) {
            int k = (i % 2 == 0 ? 641 : Panels.MAX_DEPTH + 1) + random.nextInt(300);
            Case product = Case.random(random, 259 + random.nextInt(100), 1 + random.nextInt(400), k);
            product.check();
            float[] one = product.run(new SimdGemm(), Workers.of(1));
            for (Kept kept : Kept.values()) {
                try (Workers workers = Workers.of(2)) {
                    float[] two = product.run(new SimdGemm(), workers, kept);
                    assertArrayEquals(
                            product.run(new SimdGemm(), Workers.of(1), kept), two, () -> kept + " " + product);
                }
            }
            try (Workers workers = Workers.of(5)) {
                assertArrayEquals(one, product.run(new SimdGemm(), workers), product::toString);
            }
        }
    }

    @Test
    void anOperandInHalfPrecisionGivesTheBitsOfTheFloatsThatItStandsFor() {
        Random random = new Random(4);
        for (int i = 0; i < 100; i++) {
            int k = i % 10 == 0 ? 380 + random.nextInt(800) : 1 + random.nextInt(70);
            Case product = Case.random(random, 1 + random.nextInt(70), 1 + random.nextInt(150), k);
            for (GemmKernel kernel : new GemmKernel[] {new SimdGemm(), new ScalarGemm()}) {
                float[] floats = product.run(kernel, Workers.of(1));
                for (Kept kept : Kept.values()) {
                    assertArrayEquals(floats, product.run(kernel, Workers.of(1), kept), () -> kept + " " + product);
                }
            }
        }
    }

    @Test
    void columnsPackedOnTheirOwnAreThoseOfTheWhole() {
        Random random = new Random(5);
        for (int i = 0; i < 50; i++) {
            int k = 1 + random.nextInt(50);
            int n = 1 + random.nextInt(200);
            float[] b = Case.values(random, k * n);
            for (GemmKernel kernel : new GemmKernel[] {new SimdGemm(), new ScalarGemm()}) {
                float[] whole = new float[kernel.packedLength(k, n)];
                kernel.pack(Workers.of(1), k, n, b, 0, n, 1, whole, 0);
                float[] parts = new float[whole.length];
                Arrays.fill(parts, Float.NaN);
                for (int j = 0; j < n; j += kernel.packedColumns()) {
                    int columns = Math.min(kernel.packedColumns(), n - j);
                    kernel.pack(Workers.of(1), k, columns, b, j, n, 1, parts, j * k);
                }
                assertArrayEquals(whole, parts);
            }
        }
    }

    @Test
    void halvesPackedStretchByStretchStandWhereFloatsDo() {
        Random random = new Random(6);
        for (int i = 0; i < 50; i++) {
            int k = 1 + random.nextInt(50);
            int n = 1 + random.nextInt(200);
            int stretch = 1 + random.nextInt(k);
            int pitch = stretch + random.nextInt(3);
            int[] rows = shuffled(random, k);
            float[] b = Case.values(random, k * n);
            for (GemmKernel kernel : new GemmKernel[] {new SimdGemm(), new ScalarGemm()}) {
                float[] expected = new float[kernel.packedLength(k, n)];
                kernel.pack(Workers.of(1), k, n, b, 0, n, 1, expected, 0);
                short[] packed = new short[expected.length];
                Arrays.fill(packed, (short) -1);
                for (int first = 0; first < n; first += kernel.packedColumns()) {
                    int columns = Math.min(kernel.packedColumns(), n - first);
                    for (int from = 0; from < k; from += stretch) {
                        int count = Math.min(stretch, k - from);
                        short[] plain = new short[columns * pitch];
                        for (int j = 0; j < columns; j++) {
                            for (int p = 0; p < count; p++) {
                                plain[j * pitch + p] = Float.floatToFloat16(b[rows[from + p] * n + first + j]);
                            }
                        }
                        kernel.packHalves(k, columns, plain, pitch, rows, from, count, packed, first * k);
                    }
                }
                short[] rounded = new short[expected.length];
                for (int j = 0; j < rounded.length; j++) {
                    rounded[j] = Float.floatToFloat16(expected[j]);
                }
                assertArrayEquals(rounded, packed);
            }
        }
    }

    private static int[] shuffled(Random random, int count) {
        int[] order = new int[count];
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    @Test
    void aRowHasTheSameBitsHoweverManyStandBesideIt() {
        Random random = new Random(7);
        int n = 150;
        int k = 700;
        float[] a = Case.values(random, 9 * k);
        float[] b = Case.values(random, k * n);
        SimdGemm kernel = new SimdGemm();
        float[] packed = new float[kernel.packedLength(k, n)];
        kernel.pack(Workers.of(1), k, n, b, 0, n, 1, packed, 0);
        Epilogue epilogue = new Epilogue(Case.values(random, n), false, Activation.SILU);
        float[] all = new float[9 * n];
        kernel.multiply(Workers.of(1), 9, n, k, a, 0, k, 1, new PackedOperand.Floats(packed), all, 0, n, epilogue);
        for (int m = 1; m < 9; m++) {
            float[] some = new float[m * n];
            kernel.multiply(Workers.of(1), m, n, k, a, 0, k, 1, new PackedOperand.Floats(packed), some, 0, n, epilogue);
            assertArrayEquals(Arrays.copyOf(all, m * n), some, m + " rows");
        }
    }

    @Test
    void everyNumberOfThreadsGivesTheSameBits() {
        Random random = new Random(3);
        for (int i = 0; i < 8; i++) {
            Case product =
                    Case.random(random, 1 + random.nextInt(400), 1 + random.nextInt(300), 300 + random.nextInt(300));
            float[] one = product.run(new SimdGemm(), Workers.of(1));
            for (int threads : new int[] {2, 3, 8}) {
                try (Workers workers = Workers.of(threads)) {
                    assertArrayEquals(one, product.run(new SimdGemm(), workers), () -> threads + " threads");
                }
            }
        }
    }
}
