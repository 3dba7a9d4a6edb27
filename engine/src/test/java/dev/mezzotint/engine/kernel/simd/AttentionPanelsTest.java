package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AttentionPanelsTest {
    private static final int PANEL = TileProduct.PANEL;
    private static final int OFFSET = 5;

    @ParameterizedTest(name = "width {0}")
    @ValueSource(ints = {1, 7, 8, 9, 15, 16, 17, 32, 40, 63, 80, 160, 250})
    void rowsStandInThePanelAsColumnsAndBack(int width) {
        for (int count : IntStream.of(1, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64)
                .filter(n -> n <= PANEL)
                .toArray()) {
            int stride = width + 3;
            float[] rows = random(OFFSET + PANEL * stride, 1);
            float[] panel = nan(OFFSET + width * PANEL + OFFSET);
            float[] expectedPanel = panel.clone();
            Arrays.fill(expectedPanel, OFFSET, OFFSET + width * PANEL, 0f);
            float[] factors = random(PANEL, 2);
            float[] target = nan(rows.length);
            float[] expectedTarget = target.clone();
            for (int i = 0; i < count; i++) {
                for (int c = 0; c < width; c++) {
                    float value = rows[OFFSET + i * stride + c] * 0.7f;
                    expectedPanel[OFFSET + c * PANEL + i] = value;
                    expectedTarget[OFFSET + i * stride + c] = value * factors[i];
                }
            }
            AttentionPanels.transposeIn(count, width, 0.7f, rows, OFFSET, stride, panel, OFFSET);
            assertArrayEquals(expectedPanel, panel, "in, count " + count);
            AttentionPanels.transposeOut(count, width, factors, panel, OFFSET, target, OFFSET, stride);
            assertArrayEquals(expectedTarget, target, "out, count " + count);
        }
    }

    private static float[] random(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static float[] nan(int length) {
        float[] values = new float[length];
        Arrays.fill(values, Float.NaN);
        return values;
    }
}
