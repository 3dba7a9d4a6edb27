package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PanelsTest {
    /** The table of package-info; the build runs this with vectors of 512, 256 and 128 bits. */
    @Test
    void aPanelIsAsWideAsTheRegistersAllow() {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        int columns = switch (Panels.LANES) {
            case 16 -> 64;
            case 8 -> 16;
            case 4 -> arm ? 16 : 8;
            default -> 2 * Panels.LANES;
        };
        assertEquals(columns, Panels.WIDTH);
        assertEquals(Panels.WIDTH, TileProduct.PANEL);
        assertEquals(Panels.WIDTH == 2 * Panels.LANES, Panels.NARROW);
    }

    @Test
    void theLastPanelIsAsWideAsItNeeds() {
        int lanes = Panels.LANES;
        int n = Panels.WIDTH + lanes + 1;
        assertEquals(2, Panels.count(n));
        assertEquals(lanes + 1, Panels.columns(n, 1));
        assertEquals(7 * (Panels.WIDTH + 2 * lanes), Panels.packedLength(7, n));
    }

    @Test
    void aPanelHasItsRowsInTheirOrder() {
        int n = 2 * Panels.WIDTH + 1;
        List<RowOrder> orders = List.of(
                RowOrder.plain(7),
                RowOrder.plain(16),
                RowOrder.plain(145),
                new RowOrder(9, 5),
                new RowOrder(9, 24),
                new RowOrder(9, 64));
        for (RowOrder order : orders) {
            int k = order.rows();
            float[] b = SimdParity.random(new Random(5), 3 + n * (k + 2), 0);
            float[] packed = SimdParity.poisoned(2 + Panels.packedLength(k, n));
            for (int panel = 0; panel < Panels.count(n); panel++) {
                Panels.pack(panel, order, n, b, 3, 1, k + 2, packed, 2);
            }
            for (int j = 0; j < n; j++) {
                int panel = j / Panels.WIDTH;
                int width = Panels.vectors(Panels.columns(n, panel)) * Panels.LANES;
                for (int p = 0; p < k; p++) {
                    int at = 2 + panel * Panels.WIDTH * k + order.place(p) * width + j % Panels.WIDTH;
                    assertEquals(b[3 + j * (k + 2) + p], packed[at], order + ", row " + p + ", column " + j);
                }
            }
        }
    }

    @Test
    void aSumIsCutIntoPassesThatFitATile() {
        for (int k = 1; k < 3000; k += 7) {
            int from = 0;
            for (int pass = 0; pass < Panels.depthBlocks(k); pass++) {
                assertEquals(from, Panels.depthStart(k, pass));
                int to = Panels.depthStart(k, pass + 1);
                assertEquals(true, to > from && to - from <= Panels.MAX_DEPTH, k + ", pass " + pass);
                from = to;
            }
            assertEquals(k, from);
        }
    }
}
