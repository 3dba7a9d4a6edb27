package dev.mezzotint.engine.kernel.scalar;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.kernel.Epilogue;
import dev.mezzotint.engine.kernel.PackedOperand;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ScalarConvTest {
    private final ScalarConv conv = new ScalarConv();
    private final Workers workers = Workers.of(2);

    private float[] forward(ConvGeometry geometry, float[] x, float[] w, Epilogue epilogue) {
        float[] y = new float[geometry.rows() * geometry.outChannels()];
        Arrays.fill(y, Float.NaN);
        conv.forward(workers, geometry, x, 0, new PackedOperand.Floats(w), y, 0, epilogue);
        return y;
    }

    @Test
    void sumsNeighboursWithZerosOutside() {
        float[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9};
        float[] ones = {1, 1, 1, 1, 1, 1, 1, 1, 1};
        ConvGeometry geometry = ConvGeometry.square(1, 3, 3, 1, 1, 3, 1, 1);
        assertArrayEquals(new float[] {12, 21, 16, 27, 45, 33, 24, 39, 28}, forward(geometry, x, ones, Epilogue.STORE));
    }

    @Test
    void stridesAndPadsAsymmetrically() {
        float[] x = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
        float[] w = {1, 10, 100, 1000};
        ConvGeometry geometry = new ConvGeometry(1, 4, 4, 1, 1, 2, 2, 3, 0, 0, 1, 1);
        assertEquals(2, geometry.outHeight());
        assertArrayEquals(
                new float[] {6521, 804, 153, 16}, forward(geometry, x, w, Epilogue.STORE), "2×2 windows at 0 and 3");
    }

    @Test
    void gradientsAreThoseOfFiniteDifferences() {
        Random random = new Random(6);
        ConvGeometry[] geometries = {
            ConvGeometry.square(2, 4, 3, 2, 3, 3, 1, 1),
            new ConvGeometry(1, 5, 6, 3, 2, 3, 3, 2, 0, 0, 1, 1),
            new ConvGeometry(1, 7, 6, 2, 2, 2, 4, 3, 1, 3, 0, 2)
        };
        for (ConvGeometry geometry : geometries) {
            float[] x = values(random, geometry.batch() * geometry.height() * geometry.width() * geometry.inChannels());
            float[] w = values(random, geometry.outChannels() * geometry.depth());
            float[] dy = values(random, geometry.rows() * geometry.outChannels());
            float[] dx = new float[x.length];
            Arrays.fill(dx, Float.NaN);
            conv.backwardInput(workers, geometry, dy, 0, w, 0, dx, 0);
            float[] dw = new float[w.length];
            Arrays.fill(dw, 2);
            conv.backwardWeight(workers, geometry, x, 0, dy, 0, dw, 0, true);
            // The loss Σ dy · y is linear in x and in w, so a step of one gives the gradient itself.
            double before = loss(geometry, x, w, dy);
            for (int i = 0; i < x.length; i++) {
                float kept = x[i];
                x[i] += 1;
                assertEquals(loss(geometry, x, w, dy) - before, dx[i], 1e-5);
                x[i] = kept;
            }
            for (int i = 0; i < w.length; i++) {
                float kept = w[i];
                w[i] += 1;
                assertEquals(loss(geometry, x, w, dy) - before + 2, dw[i], 1e-5);
                w[i] = kept;
            }
        }
    }

    private double loss(ConvGeometry geometry, float[] x, float[] w, float[] dy) {
        float[] y = forward(geometry, x, w, Epilogue.STORE);
        double loss = 0;
        for (int i = 0; i < y.length; i++) {
            loss += (double) y[i] * dy[i];
        }
        return loss;
    }

    private static float[] values(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }
}
