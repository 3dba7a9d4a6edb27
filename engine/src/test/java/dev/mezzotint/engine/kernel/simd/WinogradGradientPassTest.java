package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WinogradGradientPassTest {
    private static final int OFFSET = 5;

    private static float[] values(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] run(Workers workers, ConvGeometry g, boolean accumulate) {
        Random random = new Random(g.hashCode());
        float[] x = values(random, OFFSET + g.batch() * g.height() * g.width() * g.inChannels());
        float[] dy = values(random, OFFSET + g.rows() * g.outChannels());
        float[] dw = new float[OFFSET + g.outChannels() * g.depth()];
        Arrays.fill(dw, accumulate ? 1 : Float.NaN);
        WinogradGradientPass.run(workers, WinogradShape.of(g), x, OFFSET, dy, OFFSET, dw, OFFSET, accumulate);
        return dw;
    }

    /** The definition, in double precision. */
    private static double[] expected(ConvGeometry g) {
        Random random = new Random(g.hashCode());
        float[] x = values(random, OFFSET + g.batch() * g.height() * g.width() * g.inChannels());
        float[] dy = values(random, OFFSET + g.rows() * g.outChannels());
        int in = g.inChannels();
        int out = g.outChannels();
        double[] dw = new double[out * 9 * in];
        for (int pixel = 0; pixel < g.rows(); pixel++) {
            int row = pixel / g.width() % g.height();
            int column = pixel % g.width();
            for (int tap = 0; tap < 9; tap++) {
                int y = row + tap / 3 - 1;
                int z = column + tap % 3 - 1;
                if (y < 0 || y >= g.height() || z < 0 || z >= g.width()) {
                    continue;
                }
                int from = OFFSET + (pixel + (tap / 3 - 1) * g.width() + tap % 3 - 1) * in;
                for (int o = 0; o < out; o++) {
                    double gradient = dy[OFFSET + pixel * out + o];
                    for (int c = 0; c < in; c++) {
                        dw[(o * 9 + tap) * in + c] += gradient * x[from + c];
                    }
                }
            }
        }
        return dw;
    }

    private static void check(ConvGeometry g) {
        double[] expected = expected(g);
        double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
        float[] stored = run(Workers.of(1), g, false);
        float[] added = run(Workers.of(1), g, true);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], stored[OFFSET + i], 1e-5 * largest, g.toString());
            assertEquals(expected[i] + 1, added[OFFSET + i], 1e-5 * largest, g.toString());
        }
    }

    @Test
    void agreesWithTheDefinitionForAnySize() {
        int[] channels = {16, 17, 31, 48, 64, 70, 100};
        Random random = new Random(1);
        for (int i = 0; i < 20; i++) {
            int in = channels[random.nextInt(channels.length)];
            int out = channels[random.nextInt(channels.length)];
            int height = 1 + random.nextInt(13);
            int width = 1 + random.nextInt(13);
            check(ConvGeometry.square(1 + random.nextInt(5), height, width, in, out, 3, 1, 1));
        }
    }

    @Test
    void agreesWithTheDefinitionWhereTilesTakeSeveralBands() {
        check(ConvGeometry.square(16, 16, 16, 96, 64, 3, 1, 1));
        check(ConvGeometry.square(40, 8, 8, 128, 80, 3, 1, 1));
    }

    @Test
    void everyNumberOfThreadsGivesTheSameBits() {
        ConvGeometry geometry = ConvGeometry.square(30, 10, 9, 80, 70, 3, 1, 1);
        float[] one = run(Workers.of(1), geometry, false);
        for (int threads : new int[] {2, 3, 8}) {
            try (Workers workers = Workers.of(threads)) {
                assertArrayEquals(one, run(workers, geometry, false));
            }
        }
    }

    @Test
    void suitsWideLayersAlone() {
        assertTrue(WinogradGradientPass.suits(ConvGeometry.square(64, 8, 8, 128, 128, 3, 1, 1)));
        assertFalse(WinogradGradientPass.suits(ConvGeometry.square(64, 8, 8, 128, 3, 3, 1, 1)));
        assertFalse(WinogradGradientPass.suits(ConvGeometry.square(64, 8, 8, 3, 128, 3, 1, 1)));
        assertFalse(WinogradGradientPass.suits(ConvGeometry.square(64, 8, 8, 128, 128, 3, 2, 1)));
        assertFalse(WinogradGradientPass.suits(ConvGeometry.square(1, 8, 8, 128, 128, 3, 1, 1)));
    }
}
