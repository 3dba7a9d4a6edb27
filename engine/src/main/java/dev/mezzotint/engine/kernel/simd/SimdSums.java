package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Blocks;
import dev.mezzotint.engine.kernel.BroadcastGeometry;
import dev.mezzotint.engine.parallel.Workers;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sums in double precision whose order depends on the lengths alone: blocks of fixed size, whose results are added in
 * order. Lanes are added one by one through an array, since the order of {@code reduceLanes} is not specified.
 */
final class SimdSums {
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    private static final int LANES = DOUBLES.length();

    /** As many floats as there are doubles in a vector. */
    private static final VectorSpecies<Float> FLOATS =
            VectorSpecies.of(float.class, VectorShape.forBitSize(LANES * Float.SIZE));

    private static final VectorSpecies<Float> WHOLE = TileProduct.SPECIES;
    private static final int FLOAT_LANES = WHOLE.length();
    private static final VectorShuffle<Float> ROTATION_8 = VectorShuffle.iota(WHOLE, 8, 1, true);
    private static final VectorShuffle<Float> ROTATION_4 = VectorShuffle.iota(WHOLE, 4, 1, true);
    private static final VectorShuffle<Float> ROTATION_2 = VectorShuffle.iota(WHOLE, 2, 1, true);
    private static final VectorShuffle<Float> ROTATION_1 = VectorShuffle.iota(WHOLE, 1, 1, true);

    /** Elements of a sum that one task adds up. */
    private static final int BLOCK = 32768;

    /** Columns that one task adds up, so that a block of rows stays in the second-level cache. */
    private static final int COLUMNS = 256;

    private final ThreadLocal<double[]> partials = ThreadLocal.withInitial(() -> new double[1024]);

    /** Σ a. */
    double sum(Workers workers, int length, float[] a, int aOffset) {
        if (length <= BLOCK) {
            return sumRange(length, a, aOffset);
        }
        int blocks = Blocks.count(length, BLOCK);
        double[] results = partials(blocks);
        Blocks.run(
                workers, length, BLOCK, (from, to) -> results[from / BLOCK] = sumRange(to - from, a, aOffset + from));
        return total(results, blocks);
    }

    /** Σ a·b. */
    double dot(Workers workers, int length, float[] a, int aOffset, float[] b, int bOffset) {
        if (length <= BLOCK) {
            return dotRange(length, a, aOffset, b, bOffset);
        }
        int blocks = Blocks.count(length, BLOCK);
        double[] results = partials(blocks);
        Blocks.run(
                workers,
                length,
                BLOCK,
                (from, to) -> results[from / BLOCK] = dotRange(to - from, a, aOffset + from, b, bOffset + from));
        return total(results, blocks);
    }

    /** b[p · stride + c] += Σ over the rows of a[p, row, c]; a is (planes, rows, columns). */
    void addColumns(
            Workers workers,
            int planes,
            int rows,
            int columns,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            int stride) {
        int width = Math.min(columns, COLUMNS);
        int widths = Blocks.count(columns, width);
        int height = Math.max(1, BLOCK / width);
        int heights = Blocks.count(rows, height);
        double[] results = partials(planes * heights * columns);
        int perTask = Math.max(1, Blocks.ELEMENTS / (width * Math.min(rows, height)));
        Blocks.run(workers, planes * heights * widths, perTask, (from, to) -> {
            for (int task = from; task < to; task++) {
                int column = task % widths * width;
                int strip = task / widths;
                int row = strip % heights * height;
                int at = aOffset + (strip / heights * rows + row) * columns + column;
                columnSums(
                        Math.min(height, rows - row),
                        Math.min(width, columns - column),
                        columns,
                        a,
                        at,
                        results,
                        strip * columns + column);
            }
        });
        for (int plane = 0; plane < planes; plane++) {
            for (int c = 0; c < columns; c++) {
                double sum = 0;
                for (int h = 0; h < heights; h++) {
                    sum += results[(plane * heights + h) * columns + c];
                }
                int at = bOffset + plane * stride + c;
                b[at] = (float) (b[at] + sum);
            }
        }
    }

    /** The reduction for strides that no fast path covers: element by element, first to last. */
    static void addInOrder(BroadcastGeometry g, float[] a, int aOffset, float[] b, int bOffset) {
        int last = (g.outer() - 1) * g.outerStride() + (g.middle() - 1) * g.middleStride();
        double[] sums = new double[last + (g.inner() - 1) * g.innerStride() + 1];
        int at = aOffset;
        for (int o = 0; o < g.outer(); o++) {
            for (int m = 0; m < g.middle(); m++) {
                int row = o * g.outerStride() + m * g.middleStride();
                for (int i = 0; i < g.inner(); i++) {
                    sums[row + i * g.innerStride()] += a[at++];
                }
            }
        }
        for (int i = 0; i < sums.length; i++) {
            b[bOffset + i] = (float) (b[bOffset + i] + sums[i]);
        }
    }

    /** Σ a on the calling thread. */
    static double sumRange(int length, float[] a, int aOffset) {
        DoubleVector s0 = DoubleVector.zero(DOUBLES);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int i = 0;
        for (; i <= length - 4 * LANES; i += 4 * LANES) {
            s0 = s0.add(load(a, aOffset + i));
            s1 = s1.add(load(a, aOffset + i + LANES));
            s2 = s2.add(load(a, aOffset + i + 2 * LANES));
            s3 = s3.add(load(a, aOffset + i + 3 * LANES));
        }
        double tail = 0;
        for (; i < length; i++) {
            tail += a[aOffset + i];
        }
        return sumLanes(s0.add(s1).add(s2.add(s3))) + tail;
    }

    private static double dotRange(int length, float[] a, int aOffset, float[] b, int bOffset) {
        DoubleVector s0 = DoubleVector.zero(DOUBLES);
        DoubleVector s1 = s0;
        DoubleVector s2 = s0;
        DoubleVector s3 = s0;
        int i = 0;
        for (; i <= length - 4 * LANES; i += 4 * LANES) {
            int l = aOffset + i;
            int r = bOffset + i;
            s0 = load(a, l).lanewise(VectorOperators.FMA, load(b, r), s0);
            s1 = load(a, l + LANES).lanewise(VectorOperators.FMA, load(b, r + LANES), s1);
            s2 = load(a, l + 2 * LANES).lanewise(VectorOperators.FMA, load(b, r + 2 * LANES), s2);
            s3 = load(a, l + 3 * LANES).lanewise(VectorOperators.FMA, load(b, r + 3 * LANES), s3);
        }
        double tail = 0;
        for (; i < length; i++) {
            tail += (double) a[aOffset + i] * b[bOffset + i];
        }
        return sumLanes(s0.add(s1).add(s2.add(s3))) + tail;
    }

    /** out[c] = Σ over the rows of a[row · stride + c]. */
    private static void columnSums(
            int rows, int columns, int stride, float[] a, int aOffset, double[] out, int outOffset) {
        int c = 0;
        for (; c <= columns - 4 * LANES; c += 4 * LANES) {
            DoubleVector s0 = DoubleVector.zero(DOUBLES);
            DoubleVector s1 = s0;
            DoubleVector s2 = s0;
            DoubleVector s3 = s0;
            for (int row = 0; row < rows; row++) {
                int at = aOffset + row * stride + c;
                s0 = s0.add(load(a, at));
                s1 = s1.add(load(a, at + LANES));
                s2 = s2.add(load(a, at + 2 * LANES));
                s3 = s3.add(load(a, at + 3 * LANES));
            }
            s0.intoArray(out, outOffset + c);
            s1.intoArray(out, outOffset + c + LANES);
            s2.intoArray(out, outOffset + c + 2 * LANES);
            s3.intoArray(out, outOffset + c + 3 * LANES);
        }
        for (; c < columns; c += LANES) {
            VectorMask<Float> mask = FLOATS.indexInRange(c, columns);
            DoubleVector sum = DoubleVector.zero(DOUBLES);
            for (int row = 0; row < rows; row++) {
                sum = sum.add(widen(FloatVector.fromArray(FLOATS, a, aOffset + row * stride + c, mask)));
            }
            sum.intoArray(out, outOffset + c, DOUBLES.indexInRange(c, columns));
        }
    }

    /** Adds floats to doubles, element by element. */
    static void accumulate(int length, float[] a, int aOffset, double[] sums, int sumsOffset) {
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            DoubleVector old = DoubleVector.fromArray(DOUBLES, sums, sumsOffset + i);
            load(a, aOffset + i).add(old).intoArray(sums, sumsOffset + i);
        }
        for (; i < length; i++) {
            sums[sumsOffset + i] += a[aOffset + i];
        }
    }

    /**
     * The sum of a vector's lanes in a fixed order, half of them to the other half and so on: interpreter and compiler add in
     * different orders otherwise. In registers: through memory a row waits for the one before, 38 cycles instead of 10.
     */
    static float sumLanes(FloatVector v) {
        FloatVector sums = v;
        if (FLOAT_LANES > 8) {
            sums = sums.add(sums.rearrange(ROTATION_8));
        }
        if (FLOAT_LANES > 4) {
            sums = sums.add(sums.rearrange(ROTATION_4));
        }
        sums = sums.add(sums.rearrange(ROTATION_2));
        return sums.add(sums.rearrange(ROTATION_1)).lane(0);
    }

    /** The sum of a vector that stands in an array, of every fourth lane apart: a single chain of sums takes four times as long. */
    static float sumLanes(int lanes, float[] values, int from) {
        float sum0 = 0;
        float sum1 = 0;
        float sum2 = 0;
        float sum3 = 0;
        for (int i = from; i < from + lanes; i += 4) {
            sum0 += values[i];
            sum1 += values[i + 1];
            sum2 += values[i + 2];
            sum3 += values[i + 3];
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    private static double sumLanes(DoubleVector vector) {
        double[] lanes = new double[LANES];
        vector.intoArray(lanes, 0);
        return total(lanes, LANES);
    }

    private static double total(double[] values, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += values[i];
        }
        return sum;
    }

    private static DoubleVector load(float[] a, int offset) {
        return widen(FloatVector.fromArray(FLOATS, a, offset));
    }

    private static DoubleVector widen(FloatVector floats) {
        return (DoubleVector) floats.convertShape(VectorOperators.F2D, DOUBLES, 0);
    }

    private double[] partials(int length) {
        double[] held = partials.get();
        if (held.length < length) {
            held = new double[length];
            partials.set(held);
        }
        return held;
    }
}
