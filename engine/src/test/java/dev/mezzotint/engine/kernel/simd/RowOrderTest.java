package dev.mezzotint.engine.kernel.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mezzotint.engine.kernel.ConvGeometry;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class RowOrderTest {
    @Test
    void aGroupOfChannelsStandsTogetherTapByTap() {
        int group = RowOrder.GROUP;
        RowOrder order = new RowOrder(9, 2 * group + 1);
        assertEquals(0, order.place(0));
        assertEquals(group, order.place(order.channels()), "the second tap of the first channel");
        assertEquals(9 * group + 1, order.place(group + 1), "the first tap of a channel in the second group");
        assertEquals(18 * group + 8, order.place(order.rows() - 1), "the last group is shorter");
    }

    @Test
    void everyRowHasItsPlaceAndRunsStayTogether() {
        for (int taps : new int[] {1, 9}) {
            for (int channels = 1; channels < 70; channels++) {
                RowOrder order = new RowOrder(taps, channels);
                boolean[] taken = new boolean[order.rows()];
                for (int p = 0; p < order.rows(); p++) {
                    int place = order.place(p);
                    assertEquals(false, taken[place]);
                    taken[place] = true;
                    for (int i = 1; i < order.run(p); i++) {
                        assertEquals(place + i, order.place(p + i));
                    }
                }
            }
        }
    }

    @Test
    void weightsArePackedWherePackedRowsSays() {
        SimdConv conv = new SimdConv();
        SimdGemm gemm = new SimdGemm();
        for (ConvGeometry g : new ConvGeometry[] {
            ConvGeometry.square(1, 8, 8, 37, 70, 3, 1, 1), ConvGeometry.square(1, 8, 8, 37, 70, 3, 2, 1)
        }) {
            int depth = g.depth();
            float[] weight = new float[depth * g.outChannels()];
            for (int i = 0; i < weight.length; i++) {
                weight[i] = i;
            }
            int[] rows = conv.packedRows(g);
            float[] ordered = new float[weight.length];
            for (int i = 0; i < weight.length; i++) {
                ordered[i / depth * depth + rows[i % depth]] = weight[i];
            }
            float[] expected = new float[gemm.packedLength(depth, g.outChannels())];
            float[] packed = new float[expected.length];
            Arrays.fill(packed, Float.NaN);
            gemm.pack(Workers.of(1), depth, g.outChannels(), ordered, 0, 1, depth, expected, 0);
            conv.pack(Workers.of(1), g, g.outChannels(), weight, 0, packed, 0);
            assertArrayEquals(expected, packed);
        }
    }
}
