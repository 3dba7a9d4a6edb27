package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TileProductTest {
    private static final int DEPTH = 7;
    private static final int OFFSET = 3;

    /** Every number of rows is made up of tiles in its own way; what lies around the product stays as it was. */
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void anyNumberOfRows(boolean transposed, boolean accumulate) {
        int panel = TileProduct.PANEL;
        for (int rows = 1; rows <= 40; rows++) {
            float[] a = values(OFFSET + rows * DEPTH, 1);
            float[] b = values(DEPTH * panel, 2);
            float[] c = accumulate ? values((rows + 2) * panel, 3) : new float[(rows + 2) * panel];
            if (!accumulate) {
                Arrays.fill(c, panel, (rows + 1) * panel, Float.NaN);
            }
            float[] before = c.clone();
            int aRow = transposed ? 1 : DEPTH;
            int aDepth = transposed ? rows : 1;
            TileProduct.multiply(
                    rows, panel / TileProduct.LANES, DEPTH, a, OFFSET, aRow, aDepth, b, 0, c, panel, panel, accumulate);
            for (int i = -1; i <= rows; i++) {
                for (int j = 0; j < panel; j++) {
                    int at = (i + 1) * panel + j;
                    boolean inside = i >= 0 && i < rows;
                    double expected = accumulate || !inside ? before[at] : 0;
                    for (int p = 0; inside && p < DEPTH; p++) {
                        expected += (double) a[OFFSET + i * aRow + p * aDepth] * b[p * panel + j];
                    }
                    assertEquals(expected, c[at], 1e-5, rows + " rows: row " + i + ", column " + j);
                }
            }
        }
    }

    private static float[] values(int length, long seed) {
        Random random = new Random(seed);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextFloat() - 0.5f;
        }
        return values;
    }
}
