package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WinogradPassTest {
    private static final int OFFSET = 5;

    private static ConvGeometry geometry(int batch, int height, int width, int in, int out) {
        return new ConvGeometry(batch, height, width, in, out, 3, 3, 1, 1, 1, 1, 1);
    }

    private static ConvGeometry randomGeometry(Random random) {
        int[] ins = {16, 17, 31, 32, 48, 67, 130, 131, 144};
        int[] outs = {1, 3, 4, 16, 17, 40, 64, 65, 100, 130};
        return geometry(
                1 + random.nextInt(3),
                1 + random.nextInt(19),
                1 + random.nextInt(19),
                ins[random.nextInt(ins.length)],
                outs[random.nextInt(outs.length)]);
    }

    private static float[] gaussian(Random random, int length, double scale, double mean) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (random.nextGaussian() * scale + mean);
        }
        return values;
    }

    /** Operands as layers have them: inputs of unit variance that are not centred, weights that keep the variance. */
    private record Operands(float[] x, float[] weight, float[] y, Epilogue epilogue) {
        static Operands of(ConvGeometry g, Epilogue epilogue, long seed) {
            Random random = new Random(seed);
            float[] x = gaussian(random, OFFSET + g.batch() * g.height() * g.width() * g.inChannels(), 1, 0.3);
            float[] weight = gaussian(random, g.outChannels() * g.depth(), 1 / Math.sqrt(g.depth()), 0);
            float[] y = gaussian(random, OFFSET + g.rows() * g.outChannels(), 1, 0);
            if (!epilogue.accumulate()) {
                Arrays.fill(y, OFFSET, y.length, Float.NaN);
            }
            return new Operands(x, weight, y, epilogue);
        }
    }

    private static float[] winograd(Workers workers, ConvGeometry g, Operands operands, Kept kept) {
        float[] packed = new float[new SimdGemm().packedLength(g.depth(), g.outChannels())];
        new SimdConv().pack(workers, g, g.outChannels(), operands.weight(), 0, packed, 0);
        float[] y = operands.y().clone();
        WinogradOperand weights = new WinogradOperand.Packed(kept.keep(packed));
        WinogradPass.run(workers, WinogradShape.of(g), operands.x(), OFFSET, weights, y, OFFSET, operands.epilogue());
        return y;
    }

    /** The definition in float64, at one pixel of one channel. */
    private static double defined(ConvGeometry g, Operands operands, int image, int row, int column, int channel) {
        double sum = 0;
        for (int ky = 0; ky < 3; ky++) {
            for (int kx = 0; kx < 3; kx++) {
                int y = row + ky - 1;
                int x = column + kx - 1;
                if (y < 0 || y >= g.height() || x < 0 || x >= g.width()) {
                    continue;
                }
                int from = OFFSET + ((image * g.height() + y) * g.width() + x) * g.inChannels();
                int weight = channel * g.depth() + (ky * 3 + kx) * g.inChannels();
                for (int c = 0; c < g.inChannels(); c++) {
                    sum += (double) operands.x()[from + c] * operands.weight()[weight + c];
                }
            }
        }
        return sum;
    }

    /** Largest error over the largest value, at every output or some thousand of them. */
    private static double error(ConvGeometry g, Operands operands, float[] y) {
        assertArrayEquals(Arrays.copyOf(operands.y(), OFFSET), Arrays.copyOf(y, OFFSET), "before the output");
        int outputs = g.rows() * g.outChannels();
        int step = Math.max(1, outputs / 5000);
        double largest = 0;
        double error = 0;
        for (int at = 0; at < outputs; at += step) {
            int channel = at % g.outChannels();
            int pixel = at / g.outChannels();
            double expected = defined(
                    g,
                    operands,
                    pixel / (g.height() * g.width()),
                    pixel / g.width() % g.height(),
                    pixel % g.width(),
                    channel);
            Epilogue epilogue = operands.epilogue();
            if (epilogue.hasBias()) {
                expected += epilogue.bias()[channel];
            }
            if (epilogue.accumulate()) {
                expected += operands.y()[OFFSET + at];
            }
            if (epilogue.activation() == Activation.SILU) {
                expected /= 1 + Math.exp(-expected);
            }
            largest = Math.max(largest, Math.abs(expected));
            double difference = Math.abs(expected - y[OFFSET + at]);
            error = difference <= error ? error : difference;
        }
        return error / Math.max(largest, 1e-3);
    }

    @Test
    void agreesWithTheDefinitionForAnySizeAndEpilogue() {
        Random random = new Random(7);
        Workers workers = Workers.of(1);
        for (int i = 0; i < 80; i++) {
            ConvGeometry g = randomGeometry(random);
            float[] bias = random.nextBoolean() ? gaussian(random, g.outChannels(), 1, 0) : new float[0];
            Activation activation = random.nextBoolean() ? Activation.SILU : Activation.NONE;
            Operands operands = Operands.of(g, new Epilogue(bias, random.nextBoolean(), activation), i);
            double error = error(g, operands, winograd(workers, g, operands, Kept.FLOATS));
            assertTrue(error <= 5e-6, () -> "error " + error + " for " + g + " " + operands.epilogue());
        }
    }

    @Test
    void isAccurateWhereChannelsAreMany() {
        try (Workers workers = Workers.of(2)) {
            for (int channels : new int[] {320, 1280, 2560}) {
                ConvGeometry g = geometry(1, 16, 16, channels, 64);
                Operands operands = Operands.of(g, Epilogue.STORE, channels);
                double error = error(g, operands, winograd(workers, g, operands, Kept.FLOATS));
                assertTrue(error <= 1e-5, () -> "error " + error + " for " + channels + " channels");
            }
        }
    }

    @Test
    void imagesLargerThanABandAreCutWithoutASeam() {
        ConvGeometry g = geometry(1, 203, 260, 144, 20);
        try (Workers workers = Workers.of(2)) {
            Operands operands = Operands.of(g, Epilogue.STORE, 1);
            double error = error(g, operands, winograd(workers, g, operands, Kept.FLOATS));
            assertTrue(error <= 5e-6, () -> "error " + error);
        }
    }

    @Test
    void everyNumberOfThreadsGivesTheSameBits() {
        Random random = new Random(8);
        for (int i = 0; i < 12; i++) {
            ConvGeometry g = switch (i) {
                case 0 -> geometry(5, 40, 40, 200, 70);
                case 1 -> geometry(1, 30, 150, 40, 20);
                case 2 -> geometry(1, 44, 48, 18, 300);
                case 3 -> geometry(2, 130, 140, 16, 66);
                default -> randomGeometry(random);
            };
            Operands operands = Operands.of(g, Epilogue.STORE, i);
            float[] one = winograd(Workers.of(1), g, operands, Kept.FLOATS);
            for (int threads : new int[] {2, 3, 8}) {
                try (Workers workers = Workers.of(threads)) {
                    assertArrayEquals(one, winograd(workers, g, operands, Kept.FLOATS), g::toString);
                }
            }
        }
    }

    @Test
    void anImageGetsTheSameBitsInAnyBatch() {
        try (Workers workers = Workers.of(2)) {
            for (int size : new int[] {2, 4, 8, 11}) {
                ConvGeometry both = geometry(3, size, size, 80, 72);
                ConvGeometry alone = geometry(1, size, size, 80, 72);
                assertEquals(WinogradPass.suits(both), WinogradPass.suits(alone));
                Operands operands = Operands.of(both, Epilogue.STORE, size);
                float[] y = winograd(workers, both, operands, Kept.FLOATS);
                Operands first = new Operands(
                        operands.x(),
                        operands.weight(),
                        Arrays.copyOf(operands.y(), OFFSET + alone.rows() * alone.outChannels()),
                        Epilogue.STORE);
                assertArrayEquals(winograd(workers, alone, first, Kept.FLOATS), Arrays.copyOf(y, first.y().length));
            }
        }
    }

    @Test
    void weightsInHalfPrecisionGiveTheBitsOfTheFloatsThatTheyStandFor() {
        Random random = new Random(9);
        Workers workers = Workers.of(1);
        for (int i = 0; i < 12; i++) {
            ConvGeometry g = randomGeometry(random);
            Operands drawn = Operands.of(g, Epilogue.STORE, i);
            Operands operands =
                    new Operands(drawn.x(), Kept.representable(drawn.weight()), drawn.y(), drawn.epilogue());
            float[] floats = winograd(workers, g, operands, Kept.FLOATS);
            for (Kept kept : Kept.values()) {
                assertArrayEquals(floats, winograd(workers, g, operands, kept), () -> kept + " " + g);
            }
        }
    }

    @Test
    void suitsWideLayersOnImagesOfAnySize() {
        assertTrue(WinogradPass.suits(geometry(1, 64, 64, 320, 320)));
        assertTrue(WinogradPass.suits(geometry(1, 16, 16, 64, 64)));
        assertTrue(WinogradPass.suits(geometry(1, 8, 8, 1280, 1280)));
        assertTrue(WinogradPass.suits(geometry(1, 1, 1, 320, 320)));
        assertFalse(WinogradPass.suits(geometry(1, 64, 64, 3, 128)));
        assertFalse(WinogradPass.suits(ConvGeometry.square(1, 64, 64, 320, 320, 3, 2, 1)));
        assertFalse(WinogradPass.suits(ConvGeometry.square(1, 64, 64, 320, 320, 3, 1, 0)));
        assertFalse(WinogradPass.suits(ConvGeometry.square(1, 64, 64, 320, 320, 5, 1, 1)));
    }

    @Test
    void blocksOfChannelsCoverAllAndFitThePitch() {
        for (int channels = Panels.LANES; channels < 700; channels++) {
            WinogradShape shape = new WinogradShape(1, 8, 8, channels, 8);
            int end = 0;
            for (int block = 0; block < shape.blocks(); block++) {
                assertEquals(end, shape.blockStart(block));
                assertTrue(shape.blockLength(block) > 0 && shape.blockLength(block) <= shape.pitch());
                end += shape.blockLength(block);
            }
            assertEquals(channels, end);
        }
    }
}
