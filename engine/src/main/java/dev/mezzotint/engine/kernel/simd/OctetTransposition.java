package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.PANEL;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes blocks of 8 × 8 floats, for machines whose vectors have eight lanes: these change places between rows one, two
 * and four apart. What {@link Transposition} does with sixteen.
 */
final class OctetTransposition {
    static final int SIZE = 8;

    static final VectorSpecies<Float> S = FloatVector.SPECIES_256;
    static final VectorShuffle<Float> ONE_APART = VectorShuffle.fromOp(S, lane -> lane ^ 1);
    static final VectorShuffle<Float> TWO_APART = VectorShuffle.fromOp(S, lane -> lane ^ 2);
    static final VectorShuffle<Float> FOUR_APART = VectorShuffle.fromOp(S, lane -> lane ^ 4);
    static final VectorMask<Float> ODD = VectorMask.fromLong(S, 0b10101010);
    static final VectorMask<Float> ODD_PAIRS = VectorMask.fromLong(S, 0b11001100);
    static final VectorMask<Float> UPPER = VectorMask.fromLong(S, 0b11110000);

    private static final float[] ONES = new float[SIZE];

    static {
        Arrays.fill(ONES, 1f);
    }

    private OctetTransposition() {}

    /** Whether there is a way for rows of this width, and enough of them. */
    static boolean covers(int count, int width) {
        return TileProduct.LANES == SIZE && count >= SIZE && width >= SIZE;
    }

    /** Panel (width, PANEL) from {@code count} rows of {@code width} floats, times a factor. */
    static void toPanel(
            int count, int width, float factor, float[] source, int offset, int stride, float[] panel, int panelAt) {
        for (int i = 0; i < count; i += SIZE) {
            int row = last(i, count);
            for (int c = 0; c < width; c += SIZE) {
                int column = last(c, width);
                int from = offset + row * stride + column;
                exchange(source, from, stride, factor, ONES, 0, panel, panelAt + column * PANEL + row, PANEL);
            }
        }
    }

    /** {@code count} rows of {@code width} floats from a panel (width, PANEL), each row times its own factor. */
    static void fromPanel(
            int count, int width, float[] factors, float[] panel, int panelAt, float[] target, int offset, int stride) {
        for (int i = 0; i < count; i += SIZE) {
            int row = last(i, count);
            for (int c = 0; c < width; c += SIZE) {
                int column = last(c, width);
                int from = panelAt + column * PANEL + row;
                exchange(panel, from, PANEL, 1f, factors, row, target, offset + row * stride + column, stride);
            }
        }
    }

    /** Where a block begins: the last one before the others' end, so that it writes some values once more. */
    private static int last(int block, int length) {
        return Math.min(block, length - SIZE);
    }

    private static void exchange(
            float[] source,
            int from,
            int stride,
            float factor,
            float[] factors,
            int factorAt,
            float[] target,
            int to,
            int toStride) {
        FloatVector scale = FloatVector.fromArray(S, factors, factorAt).mul(factor);
        FloatVector x0 = FloatVector.fromArray(S, source, from).mul(scale);
        FloatVector x1 = FloatVector.fromArray(S, source, from + stride).mul(scale);
        FloatVector x2 = FloatVector.fromArray(S, source, from + 2 * stride).mul(scale);
        FloatVector x3 = FloatVector.fromArray(S, source, from + 3 * stride).mul(scale);
        FloatVector x4 = FloatVector.fromArray(S, source, from + 4 * stride).mul(scale);
        FloatVector x5 = FloatVector.fromArray(S, source, from + 5 * stride).mul(scale);
        FloatVector x6 = FloatVector.fromArray(S, source, from + 6 * stride).mul(scale);
        FloatVector x7 = FloatVector.fromArray(S, source, from + 7 * stride).mul(scale);
        FloatVector even01 = x0.blend(x1.rearrange(ONE_APART), ODD);
        FloatVector odd01 = x0.rearrange(ONE_APART).blend(x1, ODD);
        FloatVector even23 = x2.blend(x3.rearrange(ONE_APART), ODD);
        FloatVector odd23 = x2.rearrange(ONE_APART).blend(x3, ODD);
        FloatVector even45 = x4.blend(x5.rearrange(ONE_APART), ODD);
        FloatVector odd45 = x4.rearrange(ONE_APART).blend(x5, ODD);
        FloatVector even67 = x6.blend(x7.rearrange(ONE_APART), ODD);
        FloatVector odd67 = x6.rearrange(ONE_APART).blend(x7, ODD);
        // Of the rows 0 to 3 and 4 to 7 two columns each, four apart.
        FloatVector low04 = even01.blend(even23.rearrange(TWO_APART), ODD_PAIRS);
        FloatVector low26 = even01.rearrange(TWO_APART).blend(even23, ODD_PAIRS);
        FloatVector low15 = odd01.blend(odd23.rearrange(TWO_APART), ODD_PAIRS);
        FloatVector low37 = odd01.rearrange(TWO_APART).blend(odd23, ODD_PAIRS);
        FloatVector high04 = even45.blend(even67.rearrange(TWO_APART), ODD_PAIRS);
        FloatVector high26 = even45.rearrange(TWO_APART).blend(even67, ODD_PAIRS);
        FloatVector high15 = odd45.blend(odd67.rearrange(TWO_APART), ODD_PAIRS);
        FloatVector high37 = odd45.rearrange(TWO_APART).blend(odd67, ODD_PAIRS);
        low04.blend(high04.rearrange(FOUR_APART), UPPER).intoArray(target, to);
        low15.blend(high15.rearrange(FOUR_APART), UPPER).intoArray(target, to + toStride);
        low26.blend(high26.rearrange(FOUR_APART), UPPER).intoArray(target, to + 2 * toStride);
        low37.blend(high37.rearrange(FOUR_APART), UPPER).intoArray(target, to + 3 * toStride);
        low04.rearrange(FOUR_APART).blend(high04, UPPER).intoArray(target, to + 4 * toStride);
        low15.rearrange(FOUR_APART).blend(high15, UPPER).intoArray(target, to + 5 * toStride);
        low26.rearrange(FOUR_APART).blend(high26, UPPER).intoArray(target, to + 6 * toStride);
        low37.rearrange(FOUR_APART).blend(high37, UPPER).intoArray(target, to + 7 * toStride);
    }
}
