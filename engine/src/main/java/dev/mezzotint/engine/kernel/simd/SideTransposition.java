package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.OctetTransposition.FOUR_APART;
import static dev.mezzotint.engine.kernel.simd.OctetTransposition.ODD;
import static dev.mezzotint.engine.kernel.simd.OctetTransposition.ODD_PAIRS;
import static dev.mezzotint.engine.kernel.simd.OctetTransposition.ONE_APART;
import static dev.mezzotint.engine.kernel.simd.OctetTransposition.S;
import static dev.mezzotint.engine.kernel.simd.OctetTransposition.TWO_APART;
import static dev.mezzotint.engine.kernel.simd.OctetTransposition.UPPER;

import jdk.incubator.vector.FloatVector;

/**
 * Six rows into columns of six, eight columns at a time, as {@link SideMicroKernel} reads them: for vectors of 8 floats. Lanes
 * change places between two rows, then between two pairs of rows; six lanes of each vector are a column then, and the next
 * store covers the other two. {@link OctetTransposition} has the choices of lanes.
 */
final class SideTransposition {
    /** Floats that the last column's vector reaches over its end. */
    static final int OVERHANG = 2;

    private static final int ROWS = Panels.TILE_ROWS;
    private static final int COLUMNS = OctetTransposition.SIZE;

    private SideTransposition() {}

    /** Whether vectors have eight lanes. */
    static boolean available() {
        return Panels.LANES == COLUMNS;
    }

    /**
     * Writes element p of row i to {@code at + p * 6 + i}, for as many p as fill vectors.
     *
     * @return the first p that is left
     */
    static int strip(int depth, float[] a, int r0, int r1, int r2, int r3, int r4, int r5, float[] packed, int at) {
        int p = 0;
        for (; p <= depth - COLUMNS; p += COLUMNS) {
            FloatVector x0 = FloatVector.fromArray(S, a, r0 + p);
            FloatVector x1 = FloatVector.fromArray(S, a, r1 + p);
            FloatVector x2 = FloatVector.fromArray(S, a, r2 + p);
            FloatVector x3 = FloatVector.fromArray(S, a, r3 + p);
            FloatVector x4 = FloatVector.fromArray(S, a, r4 + p);
            FloatVector x5 = FloatVector.fromArray(S, a, r5 + p);
            FloatVector even01 = x0.blend(x1.rearrange(ONE_APART), ODD);
            FloatVector odd01 = x0.rearrange(ONE_APART).blend(x1, ODD);
            FloatVector even23 = x2.blend(x3.rearrange(ONE_APART), ODD);
            FloatVector odd23 = x2.rearrange(ONE_APART).blend(x3, ODD);
            FloatVector even45 = x4.blend(x5.rearrange(ONE_APART), ODD);
            FloatVector odd45 = x4.rearrange(ONE_APART).blend(x5, ODD);
            // Rows 0 to 3 of two columns, four apart.
            FloatVector c04 = even01.blend(even23.rearrange(TWO_APART), ODD_PAIRS);
            FloatVector c15 = odd01.blend(odd23.rearrange(TWO_APART), ODD_PAIRS);
            FloatVector c26 = even01.rearrange(TWO_APART).blend(even23, ODD_PAIRS);
            FloatVector c37 = odd01.rearrange(TWO_APART).blend(odd23, ODD_PAIRS);
            FloatVector even54 = even45.rearrange(TWO_APART);
            FloatVector odd54 = odd45.rearrange(TWO_APART);
            int to = at + p * ROWS;
            c04.blend(even45.rearrange(FOUR_APART), UPPER).intoArray(packed, to);
            c15.blend(odd45.rearrange(FOUR_APART), UPPER).intoArray(packed, to + ROWS);
            c26.blend(even54.rearrange(FOUR_APART), UPPER).intoArray(packed, to + 2 * ROWS);
            c37.blend(odd54.rearrange(FOUR_APART), UPPER).intoArray(packed, to + 3 * ROWS);
            c04.rearrange(FOUR_APART).blend(even45, UPPER).intoArray(packed, to + 4 * ROWS);
            c15.rearrange(FOUR_APART).blend(odd45, UPPER).intoArray(packed, to + 5 * ROWS);
            c26.rearrange(FOUR_APART).blend(even54, UPPER).intoArray(packed, to + 6 * ROWS);
            c37.rearrange(FOUR_APART).blend(odd54, UPPER).intoArray(packed, to + 7 * ROWS);
        }
        return p;
    }
}
