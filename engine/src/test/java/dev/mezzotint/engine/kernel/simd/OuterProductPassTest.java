package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OuterProductPassTest {
    private static final int OFFSET = 3;

    private static float[] values(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    private static float[] run(Workers workers, int rows, int inputs, int outputs, boolean accumulate) {
        Random random = new Random(rows);
        float[] x = values(random, OFFSET + rows * inputs);
        float[] dy = values(random, OFFSET + rows * outputs);
        float[] dw = new float[OFFSET + inputs * outputs];
        Arrays.fill(dw, accumulate ? 1 : Float.NaN);
        OuterProductPass.run(workers, rows, inputs, outputs, x, OFFSET, dy, OFFSET, dw, OFFSET, accumulate);
        return dw;
    }

    private static void check(int rows, int inputs, int outputs) {
        Random random = new Random(rows);
        float[] x = values(random, OFFSET + rows * inputs);
        float[] dy = values(random, OFFSET + rows * outputs);
        float[] stored = run(Workers.of(1), rows, inputs, outputs, false);
        float[] added = run(Workers.of(1), rows, inputs, outputs, true);
        for (int o = 0; o < outputs; o++) {
            for (int i = 0; i < inputs; i++) {
                double sum = 0;
                for (int row = 0; row < rows; row++) {
                    sum += (double) dy[OFFSET + row * outputs + o] * x[OFFSET + row * inputs + i];
                }
                String what = rows + " rows of " + inputs + " and " + outputs;
                assertEquals(sum, stored[OFFSET + o * inputs + i], 1e-5 * Math.sqrt(rows), what);
                assertEquals(sum + 1, added[OFFSET + o * inputs + i], 1e-5 * Math.sqrt(rows), what);
            }
        }
    }

    @Test
    void agreesWithTheDefinition() {
        check(1, 1, 1);
        check(65, 7, 70);
        check(700, 64, 64);
        check(1100, 130, 5);
        check(513, 30, 300);
        check(2100, 128, 128);
        check(97, 64, 65);
        check(130, 192, 7);
        check(200, 256, 8);
        check(50, 320, 9);
        check(40, 48, 600);
    }

    @Test
    void everyNumberOfThreadsGivesTheSameBits() {
        float[] one = run(Workers.of(1), 5000, 70, 130, true);
        for (int threads : new int[] {2, 3, 8}) {
            try (Workers workers = Workers.of(threads)) {
                assertArrayEquals(one, run(workers, 5000, 70, 130, true));
            }
        }
    }
}
