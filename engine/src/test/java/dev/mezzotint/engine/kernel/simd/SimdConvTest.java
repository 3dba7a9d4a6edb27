package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.ConvKernel;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.GemmKernel;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.kernel.scalar.ScalarConv;
import dev.mezzotint.engine.kernel.scalar.ScalarGemm;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SimdConvTest {
    private static final int OFFSET = 3;

    private final ScalarConv scalar = new ScalarConv();
    private final SimdConv simd = new SimdConv();

    private static float[] values(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    private static ConvGeometry randomGeometry(Random random) {
        int kernelHeight = 1 + random.nextInt(5);
        int kernelWidth = 1 + random.nextInt(5);
        int[] channels = {1, 3, 4, 7, 17, 32, 48, 67, 80};
        return new ConvGeometry(
                1 + random.nextInt(4),
                kernelHeight + random.nextInt(14),
                kernelWidth + random.nextInt(14),
                channels[random.nextInt(channels.length)],
                channels[random.nextInt(channels.length)],
                kernelHeight,
                kernelWidth,
                1 + random.nextInt(3),
                random.nextInt(4),
                random.nextInt(4),
                random.nextInt(4),
                random.nextInt(4));
    }

    /** 3×3 kernels that Winograd's algorithm leaves to others: of few outputs on large images, or on images of few pixels. */
    private static ConvGeometry unusualGeometry(Random random) {
        boolean small = random.nextBoolean();
        int[] heights = small ? new int[] {1, 2, 3, 4} : new int[] {1, 7, 37, 190};
        int height = heights[random.nextInt(4)];
        int width = 1 + (small ? random.nextInt(4) : ((1 << 15) + random.nextInt(999)) / height);
        int[] outs = small ? new int[] {512, 530} : new int[] {1, 2, 3, 4};
        int[] ins = small ? new int[] {512, 519} : new int[] {16, 17, 31};
        int images = 1 + random.nextInt(small ? 3 : 2);
        int in = ins[random.nextInt(ins.length)];
        return new ConvGeometry(images, height, width, in, outs[random.nextInt(outs.length)], 3, 3, 1, 1, 1, 1, 1);
    }

    private record Pass(float[] y, float[] dx, float[] dw) {}

    /** All three passes; outputs that must be overwritten hold NaN before. */
    private static Pass run(ConvKernel kernel, Workers workers, ConvGeometry geometry, long seed) {
        return run(kernel, workers, geometry, seed, Kept.FLOATS);
    }

    private static Pass run(ConvKernel kernel, Workers workers, ConvGeometry geometry, long seed, Kept kept) {
        Random random = new Random(seed);
        float[] x = values(
                random, OFFSET + geometry.batch() * geometry.height() * geometry.width() * geometry.inChannels());
        float[] w = Kept.representable(values(random, OFFSET + geometry.outChannels() * geometry.depth()));
        float[] y = values(random, OFFSET + geometry.rows() * geometry.outChannels());
        float[] dy = values(random, y.length);
        float[] dx = new float[x.length];
        float[] dw = values(random, w.length);
        float[] bias = random.nextBoolean() ? values(random, geometry.outChannels()) : new float[0];
        Activation activation = Activation.values()[random.nextInt(Activation.values().length)];
        Epilogue epilogue = new Epilogue(bias, random.nextBoolean(), activation);
        boolean accumulate = random.nextBoolean();
        Arrays.fill(dx, OFFSET, dx.length, Float.NaN);
        if (!epilogue.accumulate()) {
            Arrays.fill(y, OFFSET, y.length, Float.NaN);
        }
        if (!accumulate) {
            Arrays.fill(dw, OFFSET, dw.length, Float.NaN);
        }
        int depth = geometry.depth();
        int out = geometry.outChannels();
        GemmKernel gemm = kernel instanceof SimdConv ? new SimdGemm() : new ScalarGemm();
        float[] packed = new float[gemm.packedLength(depth, out)];
        Arrays.fill(packed, Float.NaN);
        kernel.pack(workers, geometry, out, w, OFFSET, packed, 0);
        kernel.forward(workers, geometry, x, OFFSET, kept.keep(packed), y, OFFSET, epilogue);
        kernel.backwardInput(workers, geometry, dy, OFFSET, w, OFFSET, dx, OFFSET);
        kernel.backwardWeight(workers, geometry, x, OFFSET, dy, OFFSET, dw, OFFSET, accumulate);
        return new Pass(y, dx, dw);
    }

    private static void assertClose(float[] expected, float[] actual, String what) {
        double largest = 0;
        for (float value : expected) {
            largest = Math.max(largest, Math.abs(value));
        }
        for (int i = 0; i < expected.length; i++) {
            double error = Math.abs(expected[i] - actual[i]);
            assertTrue(error <= 1e-5 * largest + 1e-7, () -> "error " + error + " in " + what);
        }
    }

    private void check(ConvGeometry geometry, long seed) {
        Pass expected = run(scalar, Workers.of(1), geometry, seed);
        Pass actual = run(simd, Workers.of(1), geometry, seed);
        assertClose(expected.y(), actual.y(), "forward of " + geometry);
        assertClose(expected.dx(), actual.dx(), "gradient by the input of " + geometry);
        assertClose(expected.dw(), actual.dw(), "gradient by the weights of " + geometry);
    }

    @Test
    void agreesWithTheDefinitionForAnyGeometry() {
        Random random = new Random(4);
        for (int i = 0; i < 150; i++) {
            check(randomGeometry(random), i);
        }
    }

    @Test
    void agreesWithTheDefinitionForFewOutputsAndFewPixels() {
        Random random = new Random(14);
        for (int i = 0; i < 12; i++) {
            check(unusualGeometry(random), i);
        }
    }

    @Test
    void anImageGetsTheSameBitsInAnyBatch() {
        Random random = new Random(15);
        for (int i = 0; i < 20; i++) {
            ConvGeometry many = unusualGeometry(random);
            int images = many.batch();
            ConvGeometry one =
                    ConvGeometry.square(1, many.height(), many.width(), many.inChannels(), many.outChannels(), 3, 1, 1);
            int pixels = one.rows();
            float[] x = values(random, images * pixels * many.inChannels());
            float[] w = values(random, many.outChannels() * many.depth());
            float[] packed = new float[new SimdGemm().packedLength(many.depth(), many.outChannels())];
            simd.pack(Workers.of(1), one, many.outChannels(), w, 0, packed, 0);
            PackedOperand operand = new PackedOperand.Floats(packed);
            float[] together = new float[images * pixels * many.outChannels()];
            simd.forward(Workers.of(1), many, x, 0, operand, together, 0, Epilogue.STORE);
            float[] apart = new float[together.length];
            for (int image = 0; image < images; image++) {
                int from = image * pixels * many.inChannels();
                int to = image * pixels * many.outChannels();
                simd.forward(Workers.of(1), one, x, from, operand, apart, to, Epilogue.STORE);
            }
            assertArrayEquals(together, apart);
        }
    }

    @Test
    void agreesWithTheDefinitionForShapesOfRealLayers() {
        check(ConvGeometry.square(3, 16, 16, 64, 64, 3, 1, 1), 1);
        check(ConvGeometry.square(3, 8, 8, 128, 64, 3, 1, 1), 2);
        check(ConvGeometry.square(1, 64, 64, 3, 32, 3, 1, 1), 3);
        check(ConvGeometry.square(1, 64, 64, 32, 3, 3, 1, 1), 4);
        check(ConvGeometry.square(2, 8, 8, 256, 128, 1, 1, 0), 5);
        check(new ConvGeometry(2, 32, 32, 32, 32, 3, 3, 2, 0, 0, 1, 1), 6);
        check(ConvGeometry.square(1, 32, 32, 3, 96, 16, 16, 0), 7);
    }

    /** A buffer that is large enough from the start may be lent out twice at once, where one that grows is not. */
    @Test
    void aSecondCallFindsNoBufferInUse() {
        for (int call = 0; call < 3; call++) {
            check(ConvGeometry.square(16, 16, 16, 41, 64, 3, 1, 1), call);
        }
    }

    @Test
    void weightsInHalfPrecisionGiveTheBitsOfTheFloatsThatTheyStandFor() {
        Random random = new Random(6);
        for (int i = 0; i < 25; i++) {
            ConvGeometry geometry = i == 0
                    ? ConvGeometry.square(1, 20, 16, 64, 70, 3, 1, 1)
                    : i % 6 == 0 ? unusualGeometry(random) : randomGeometry(random);
            for (ConvKernel kernel : new ConvKernel[] {simd, scalar}) {
                float[] floats = run(kernel, Workers.of(1), geometry, i).y();
                for (Kept kept : Kept.values()) {
                    assertArrayEquals(
                            floats,
                            run(kernel, Workers.of(1), geometry, i, kept).y(),
                            () -> kept + " " + geometry);
                }
            }
        }
    }

    @Test
    void everyNumberOfThreadsGivesTheSameBits() {
        Random random = new Random(5);
        for (int i = 0; i < 12; i++) {
            ConvGeometry geometry = i == 0
                    ? ConvGeometry.square(9, 16, 16, 64, 64, 3, 1, 1)
                    : i % 2 == 0 ? unusualGeometry(random) : randomGeometry(random);
            Pass one = run(simd, Workers.of(1), geometry, i);
            for (int threads : new int[] {2, 3, 8}) {
                try (Workers workers = Workers.of(threads)) {
                    Pass many = run(simd, workers, geometry, i);
                    assertArrayEquals(one.y(), many.y(), "forward");
                    assertArrayEquals(one.dx(), many.dx(), "gradient by the input");
                    assertArrayEquals(one.dw(), many.dw(), "gradient by the weights");
                }
            }
        }
    }
}
