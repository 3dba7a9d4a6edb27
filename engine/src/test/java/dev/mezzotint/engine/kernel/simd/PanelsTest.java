package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
