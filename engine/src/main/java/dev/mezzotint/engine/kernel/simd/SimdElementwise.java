package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.BinaryOp;
import dev.mezzotint.engine.kernel.Blocks;
import dev.mezzotint.engine.kernel.BroadcastGeometry;
import dev.mezzotint.engine.kernel.ElementwiseKernel;
import dev.mezzotint.engine.parallel.Workers;

/** Element-wise arithmetic on vectors; the reductions are in {@link SimdSums}. */
public final class SimdElementwise implements ElementwiseKernel {
    /** The copies of a stretched row hold so many values at most, few beside those of a block, and are for shorter rows only. */
    private static final int COPIES = 1024;

    private static final int SHORT_ROW = 128;

    /** Values of cheap work that one thread has done before another has begun. */
    private static final int ALONE = 3 * Blocks.ELEMENTS;

    private final SimdSums sums = new SimdSums();

    /** Creates the kernel; any number of threads may use it at once. */
    public SimdElementwise() {}

    @Override
    public void binary(
            Workers workers,
            BinaryOp op,
            int length,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] out,
            int outOffset) {
        run(
                workers,
                length,
                1,
                (from, to) -> ElementwiseLoops.binary(
                        op, to - from, a, aOffset + from, b, bOffset + from, out, outOffset + from));
    }

    @Override
    public void broadcast(
            Workers workers,
            BinaryOp op,
            BroadcastGeometry geometry,
            float[] a,
            int aOffset,
            float[] b,
            int bOffset,
            float[] out,
            int outOffset) {
        BroadcastGeometry merged = merge(geometry);
        int middle = merged.middle();
        int inner = merged.inner();
        // Short rows over which the same row of b is stretched are taken together, with as many copies of that.
        boolean repeats = merged.middleStride() == 0 && merged.innerStride() == 1 && inner <= SHORT_ROW;
        int together = repeats ? Math.clamp(COPIES / inner, 1, middle) : 1;
        int groups = Blocks.count(middle, together);
        int width = Math.min(together * inner, Blocks.ELEMENTS);
        int pieces = Blocks.count(together * inner, width);
        run(workers, merged.outer() * groups * pieces, width, (from, to) -> {
            float[] copies = Scratch.ofThread().values(COPIES);
            int copied = -1;
            int piece = from % pieces;
            int group = from / pieces % groups;
            int o = from / pieces / groups;
            for (int task = from; task < to; task++) {
                int start = piece * width;
                int m = group * together;
                int length = Math.min(width, Math.min(together, middle - m) * inner - start);
                int at = (o * middle + m) * inner + start;
                int bAt = bOffset + o * merged.outerStride() + m * merged.middleStride();
                if (together > 1) {
                    for (int row = 0; row < together && o != copied; row++) {
                        System.arraycopy(b, bAt, copies, row * inner, inner);
                    }
                    copied = o;
                    ElementwiseLoops.binary(op, length, a, aOffset + at, copies, 0, out, outOffset + at);
                } else if (merged.innerStride() == 1) {
                    ElementwiseLoops.binary(op, length, a, aOffset + at, b, bAt + start, out, outOffset + at);
                } else {
                    ElementwiseLoops.binary(op, length, a, aOffset + at, b[bAt], out, outOffset + at);
                }
                if (++piece == pieces) {
                    piece = 0;
                    if (++group == groups) {
                        group = 0;
                        o++;
                    }
                }
            }
        });
    }

    @Override
    public void reduce(Workers workers, BroadcastGeometry geometry, float[] a, int aOffset, float[] b, int bOffset) {
        BroadcastGeometry merged = merge(geometry);
        int outer = merged.outer();
        int inner = merged.inner();
        int stride = merged.outerStride();
        boolean oneOperand = outer == 1 || stride == 0;
        boolean columns = merged.innerStride() == 1;
        if (columns && merged.middleStride() == 0 && oneOperand) {
            sums.addColumns(workers, 1, outer * merged.middle(), inner, a, aOffset, b, bOffset, 0);
        } else if (columns && merged.middleStride() == 0 && stride >= inner) {
            sums.addColumns(workers, outer, merged.middle(), inner, a, aOffset, b, bOffset, stride);
        } else if (!columns && merged.middle() == 1 && oneOperand) {
            b[bOffset] = (float) (b[bOffset] + sums.sum(workers, outer * inner, a, aOffset));
        } else if (!columns && merged.middle() == 1) {
            Blocks.run(workers, outer, Blocks.rows(inner), (from, to) -> {
                for (int o = from; o < to; o++) {
                    int at = bOffset + o * stride;
                    b[at] = (float) (b[at] + SimdSums.sumRange(inner, a, aOffset + o * inner));
                }
            });
        } else {
            SimdSums.addInOrder(merged, a, aOffset, b, bOffset);
        }
    }

    @Override
    public void affine(
            Workers workers, int length, float scale, float shift, float[] a, int aOffset, float[] out, int outOffset) {
        run(
                workers,
                length,
                1,
                (from, to) ->
                        ElementwiseLoops.affine(to - from, scale, shift, a, aOffset + from, out, outOffset + from));
    }

    @Override
    public void axpy(Workers workers, int length, float factor, float[] x, int xOffset, float[] y, int yOffset) {
        run(
                workers,
                length,
                1,
                (from, to) -> ElementwiseLoops.addScaled(to - from, factor, x, xOffset + from, y, yOffset + from));
    }

    @Override
    public void copyRows(
            Workers workers,
            int rows,
            int width,
            float[] source,
            int sourceOffset,
            int sourceStride,
            float[] target,
            int targetOffset,
            int targetStride,
            boolean accumulate) {
        int piece = Math.min(width, Blocks.ELEMENTS);
        int pieces = Blocks.count(width, Math.max(1, piece));
        run(workers, rows * pieces, piece, (from, to) -> {
            for (int task = from; task < to; task++) {
                int row = task / pieces;
                int start = task % pieces * piece;
                int length = Math.min(piece, width - start);
                int sourceAt = sourceOffset + row * sourceStride + start;
                int targetAt = targetOffset + row * targetStride + start;
                if (accumulate) {
                    ElementwiseLoops.addTo(length, source, sourceAt, target, targetAt);
                } else {
                    System.arraycopy(source, sourceAt, target, targetAt, length);
                }
            }
        });
    }

    @Override
    public double sum(Workers workers, int length, float[] a, int aOffset) {
        return sums.sum(workers, length, a, aOffset);
    }

    @Override
    public double dot(Workers workers, int length, float[] a, int aOffset, float[] b, int bOffset) {
        return sums.dot(workers, length, a, aOffset, b, bOffset);
    }

    /** Runs element-wise work on rows of {@code width} values. */
    private static void run(Workers workers, int rows, int width, Blocks.Range body) {
        if ((long) rows * width <= ALONE) {
            body.accept(0, rows);
        } else {
            Blocks.run(workers, rows, Blocks.rows(width), body);
        }
    }

    /** The same stretching with as long an inner dimension as its strides allow. */
    private static BroadcastGeometry merge(BroadcastGeometry g) {
        boolean dense = g.innerStride() == 1 && g.middleStride() == g.inner();
        boolean repeated = g.innerStride() == 0 && g.middleStride() == 0;
        return dense || repeated
                ? new BroadcastGeometry(g.outer(), 1, g.middle() * g.inner(), g.outerStride(), 0, g.innerStride())
                : g;
    }
}
