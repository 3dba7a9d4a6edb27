package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SideMicroKernelTest {
    private static final int ROWS = Panels.TILE_ROWS;
    private static final int MOST_ROWS = 19;

    @Test
    void packedRowsStandSideBySide() {
        // One buffer for all of them, as in use: what stood there before does not show.
        float[] packed = new float[SideMicroKernel.packedLength(MOST_ROWS, 41)];
        Arrays.fill(packed, Float.NaN);
        for (int depth : new int[] {1, 7, 8, 9, 15, 16, 24, 41}) {
            for (int count : new int[] {1, 5, 6, 7, 12, MOST_ROWS}) {
                check(count, depth, packed);
            }
        }
    }

    private static void check(int count, int depth, float[] packed) {
        int shift = 3;
        int[] rows = new int[count];
        // Not in order, and the last value of one of them is the last of the array.
        for (int i = 0; i < count; i++) {
            rows[i] = (i * 7 % MOST_ROWS) * depth;
        }
        float[] a = new float[shift + Arrays.stream(rows).max().orElseThrow() + depth];
        for (int i = 0; i < a.length; i++) {
            a[i] = i;
        }
        SideMicroKernel.pack(count, depth, a, rows, shift, packed);
        for (int row = 0; row < SideMicroKernel.wholeTiles(count); row++) {
            for (int p = 0; p < depth; p++) {
                int at = (row / ROWS * depth + p) * ROWS + row % ROWS;
                int from = shift + rows[Math.min(row, count - 1)] + p;
                assertEquals(a[from], packed[at], "row " + row + ", element " + p + " of " + count + "×" + depth);
            }
        }
    }
}
