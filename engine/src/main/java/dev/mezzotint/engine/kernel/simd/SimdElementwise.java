package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.BinaryOp;
import dev.mezzotint.engine.kernel.Blocks;
import dev.mezzotint.engine.kernel.BroadcastGeometry;
import dev.mezzotint.engine.kernel.ElementwiseKernel;
import dev.mezzotint.engine.parallel.Workers;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Element-wise arithmetic on vectors; the reductions are in {@link SimdSums}. */
public final class SimdElementwise implements ElementwiseKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

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
        Blocks.run(
                workers,
                length,
                Blocks.ELEMENTS,
                (from, to) -> binaryRange(op, to - from, a, aOffset + from, b, bOffset + from, out, outOffset + from));
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
        int inner = merged.inner();
        int middle = merged.middle();
        int rows = merged.outer() * middle;
        int width = Math.min(inner, Blocks.ELEMENTS);
        int pieces = Blocks.count(inner, width);
        Blocks.run(workers, rows * pieces, Blocks.rows(width), (from, to) -> {
            for (int task = from; task < to; task++) {
                int row = task / pieces;
                int start = task % pieces * width;
                int length = Math.min(width, inner - start);
                int at = row * inner + start;
                int bRow = bOffset + row / middle * merged.outerStride() + row % middle * merged.middleStride();
                if (merged.innerStride() == 1) {
                    binaryRange(op, length, a, aOffset + at, b, bRow + start, out, outOffset + at);
                } else {
                    scalarRange(op, length, a, aOffset + at, b[bRow], out, outOffset + at);
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
        Blocks.run(workers, length, Blocks.ELEMENTS, (from, to) -> {
            FloatVector shifts = FloatVector.broadcast(SPECIES, shift);
            int i = from;
            for (; i <= to - LANES; i += LANES) {
                FloatVector value = FloatVector.fromArray(SPECIES, a, aOffset + i);
                value.lanewise(VectorOperators.FMA, FloatVector.broadcast(SPECIES, scale), shifts)
                        .intoArray(out, outOffset + i);
            }
            for (; i < to; i++) {
                out[outOffset + i] = Math.fma(scale, a[aOffset + i], shift);
            }
        });
    }

    @Override
    public void axpy(Workers workers, int length, float factor, float[] x, int xOffset, float[] y, int yOffset) {
        Blocks.run(workers, length, Blocks.ELEMENTS, (from, to) -> {
            FloatVector factors = FloatVector.broadcast(SPECIES, factor);
            int i = from;
            for (; i <= to - LANES; i += LANES) {
                FloatVector value = FloatVector.fromArray(SPECIES, x, xOffset + i);
                FloatVector old = FloatVector.fromArray(SPECIES, y, yOffset + i);
                value.lanewise(VectorOperators.FMA, factors, old).intoArray(y, yOffset + i);
            }
            for (; i < to; i++) {
                y[yOffset + i] = Math.fma(factor, x[xOffset + i], y[yOffset + i]);
            }
        });
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
        Blocks.run(workers, rows * pieces, Blocks.rows(piece), (from, to) -> {
            for (int task = from; task < to; task++) {
                int row = task / pieces;
                int start = task % pieces * piece;
                int length = Math.min(piece, width - start);
                int sourceAt = sourceOffset + row * sourceStride + start;
                int targetAt = targetOffset + row * targetStride + start;
                if (accumulate) {
                    addRange(length, source, sourceAt, target, targetAt);
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

    /** y += x on the calling thread. */
    static void addRange(int length, float[] x, int xOffset, float[] y, int yOffset) {
        binaryRange(BinaryOp.ADD, length, y, yOffset, x, xOffset, y, yOffset);
    }

    /** out = a · b on the calling thread; out may be a or b. */
    static void multiplyRange(int length, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset) {
        binaryRange(BinaryOp.MULTIPLY, length, a, aOffset, b, bOffset, out, outOffset);
    }

    /** The same stretching with as long an inner dimension as its strides allow. */
    private static BroadcastGeometry merge(BroadcastGeometry g) {
        boolean dense = g.innerStride() == 1 && g.middleStride() == g.inner();
        boolean repeated = g.innerStride() == 0 && g.middleStride() == 0;
        return dense || repeated
                ? new BroadcastGeometry(g.outer(), 1, g.middle() * g.inner(), g.outerStride(), 0, g.innerStride())
                : g;
    }

    private static void binaryRange(
            BinaryOp op, int length, float[] a, int aOffset, float[] b, int bOffset, float[] out, int outOffset) {
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            FloatVector left = FloatVector.fromArray(SPECIES, a, aOffset + i);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bOffset + i);
            apply(op, left, right).intoArray(out, outOffset + i);
        }
        if (i < length) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, length);
            FloatVector left = FloatVector.fromArray(SPECIES, a, aOffset + i, mask);
            FloatVector right = FloatVector.fromArray(SPECIES, b, bOffset + i, mask);
            apply(op, left, right).intoArray(out, outOffset + i, mask);
        }
    }

    private static void scalarRange(
            BinaryOp op, int length, float[] a, int aOffset, float b, float[] out, int outOffset) {
        FloatVector right = FloatVector.broadcast(SPECIES, b);
        int i = 0;
        for (; i <= length - LANES; i += LANES) {
            apply(op, FloatVector.fromArray(SPECIES, a, aOffset + i), right).intoArray(out, outOffset + i);
        }
        if (i < length) {
            VectorMask<Float> mask = SPECIES.indexInRange(i, length);
            FloatVector left = FloatVector.fromArray(SPECIES, a, aOffset + i, mask);
            apply(op, left, right).intoArray(out, outOffset + i, mask);
        }
    }

    private static FloatVector apply(BinaryOp op, FloatVector a, FloatVector b) {
        return switch (op) {
            case ADD -> a.add(b);
            case SUBTRACT -> a.sub(b);
            case MULTIPLY -> a.mul(b);
            case DIVIDE -> a.div(b);
        };
    }
}
