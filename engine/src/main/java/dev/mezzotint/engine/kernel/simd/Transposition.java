package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.PANEL;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Transposes blocks of 16 × 16 floats, four vectors at a time and in two steps: in each 4 × 4 part of a block the floats change
 * places, and in the block its parts do. The step within the parts reads or writes the rows, in their order. Both rest on the
 * choice of lanes from two vectors, one instruction of AVX-512. An instance is the scratch memory of one thread.
 */
final class Transposition {
    private static final int SIZE = 16;
    private static final boolean AVAILABLE =
            TileProduct.LANES == SIZE && System.getProperty("os.arch", "").equals("amd64");

    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_512;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;
    private static final int[] PARTS = choices(4);
    private static final int[] WITHIN_PARTS = choices(1);

    private static final float[] ONES = new float[SIZE];
    private static final ThreadLocal<Transposition> OF_THREAD = ThreadLocal.withInitial(Transposition::new);

    static {
        Arrays.fill(ONES, 1f);
    }

    private float[] blocks = {};

    private Transposition() {}

    static Transposition ofThread() {
        return OF_THREAD.get();
    }

    /** Whether there is a way for rows of this width, and enough of them. */
    static boolean covers(int count, int width) {
        return AVAILABLE && count >= SIZE && width >= SIZE;
    }

    /** Panel (width, PANEL) from {@code count} rows of {@code width} floats, times a factor. */
    void toPanel(
            int count, int width, float factor, float[] source, int offset, int stride, float[] panel, int panelAt) {
        reserve(width);
        Scratch.ofThread().fetch(count, width, source, offset, stride);
        for (int i = 0; i < count; i += SIZE) {
            int row = last(i, count);
            for (int r = 0; r < SIZE; r += 4) {
                for (int c = 0; c < width; c += SIZE) {
                    int from = offset + (row + r) * stride + last(c, width);
                    exchange(WITHIN_PARTS, source, from, stride, factor, ONES, 0, blocks, (c + r) * SIZE, SIZE);
                }
            }
            for (int c = 0; c < width; c += SIZE) {
                for (int r = 0; r < 4; r++) {
                    int to = panelAt + (last(c, width) + r) * PANEL + row;
                    exchange(PARTS, blocks, (c + r) * SIZE, 4 * SIZE, 1f, ONES, 0, panel, to, 4 * PANEL);
                }
            }
        }
    }

    /** {@code count} rows of {@code width} floats from a panel (width, PANEL), each row times its own factor. */
    void fromPanel(
            int count, int width, float[] factors, float[] panel, int panelAt, float[] target, int offset, int stride) {
        reserve(width);
        for (int i = 0; i < count; i += SIZE) {
            int row = last(i, count);
            for (int c = 0; c < width; c += SIZE) {
                for (int r = 0; r < 4; r++) {
                    int from = panelAt + (last(c, width) + r) * PANEL + row;
                    exchange(PARTS, panel, from, 4 * PANEL, 1f, factors, row, blocks, (c + r) * SIZE, 4 * SIZE);
                }
            }
            for (int r = 0; r < SIZE; r += 4) {
                for (int c = 0; c < width; c += SIZE) {
                    int to = offset + (row + r) * stride + last(c, width);
                    exchange(WITHIN_PARTS, blocks, (c + r) * SIZE, SIZE, 1f, ONES, 0, target, to, stride);
                }
            }
        }
    }

    /** Where a block begins: the last one before the others' end, so that it writes some values once more. */
    private static int last(int block, int length) {
        return Math.min(block, length - SIZE);
    }

    private void reserve(int width) {
        blocks = Scratch.reserve(blocks, (width + SIZE - 1) / SIZE * SIZE * SIZE);
    }

    /** Four vectors, each cut into four (or each quarter of it), as the rows of a matrix: its columns. */
    private static void exchange(
            int[] choices,
            float[] source,
            int offset,
            int stride,
            float factor,
            float[] factors,
            int factorAt,
            float[] target,
            int to,
            int toStride) {
        FloatVector scale = FloatVector.fromArray(FLOATS, factors, factorAt).mul(factor);
        IntVector x0 = FloatVector.fromArray(FLOATS, source, offset).mul(scale).reinterpretAsInts();
        IntVector x1 = FloatVector.fromArray(FLOATS, source, offset + stride)
                .mul(scale)
                .reinterpretAsInts();
        IntVector x2 = FloatVector.fromArray(FLOATS, source, offset + 2 * stride)
                .mul(scale)
                .reinterpretAsInts();
        IntVector x3 = FloatVector.fromArray(FLOATS, source, offset + 3 * stride)
                .mul(scale)
                .reinterpretAsInts();
        IntVector first = IntVector.fromArray(INTS, choices, 0);
        IntVector last = IntVector.fromArray(INTS, choices, SIZE);
        IntVector x01 = first.selectFrom(x0, x1);
        IntVector y01 = last.selectFrom(x0, x1);
        IntVector x23 = first.selectFrom(x2, x3);
        IntVector y23 = last.selectFrom(x2, x3);
        IntVector low = IntVector.fromArray(INTS, choices, 2 * SIZE);
        IntVector high = IntVector.fromArray(INTS, choices, 3 * SIZE);
        low.selectFrom(x01, x23).reinterpretAsFloats().intoArray(target, to);
        high.selectFrom(x01, x23).reinterpretAsFloats().intoArray(target, to + toStride);
        low.selectFrom(y01, y23).reinterpretAsFloats().intoArray(target, to + 2 * toStride);
        high.selectFrom(y01, y23).reinterpretAsFloats().intoArray(target, to + 3 * toStride);
    }

    /**
     * Four choices from two vectors of units of {@code unit} lanes, for each four units: the first two of both in turn, the
     * last two of both in turn, the first two of one and of the other, the last two.
     */
    private static int[] choices(int unit) {
        int[][] units = {{0, 4, 1, 5}, {2, 6, 3, 7}, {0, 1, 4, 5}, {2, 3, 6, 7}};
        int[] lanes = new int[4 * SIZE];
        for (int i = 0; i < lanes.length; i++) {
            int lane = i % SIZE;
            int chosen = units[i / SIZE][lane / unit % 4];
            lanes[i] = chosen / 4 * SIZE + lane / (4 * unit) * (4 * unit) + chosen % 4 * unit + lane % unit;
        }
        return lanes;
    }
}
