package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.PackedOperand;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The weight transform of {@link WinogradPass}, U = G g Gᵀ, from a panel packed for the direct algorithm, lanes along
 * its columns. G evaluates the kernel, a polynomial of degree 2, at 0, ±a, ±b and ∞, divided by the derivative of
 * x(x²−a²)(x²−b²) there, save that the first row is not divided.
 */
final class WinogradWeights {
    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;
    private static final float A = WinogradPass.A;
    private static final float B = WinogradPass.B;

    private WinogradWeights() {}

    /**
     * Transforms one block of channels of one panel.
     *
     * @param panelStart where the panel begins
     * @param width floats in a row of the panel
     * @param u receives value (i, j) of channel c of the block at {@code uOffset + (6 i + j) * slice + c * width}
     */
    static void transform(
            WinogradShape shape,
            PackedOperand packed,
            int panelStart,
            int width,
            int block,
            float[] u,
            int uOffset,
            int slice,
            Scratch scratch) {
        int length = shape.blockLength(block);
        int start = panelStart + 9 * shape.blockStart(block) * width;
        Widening.fetch(packed, start, 9 * length * width, scratch);
        for (int c = 0; c < length; c += RowOrder.GROUP) {
            int count = Math.min(RowOrder.GROUP, length - c) * width;
            int from = start + 9 * c * width;
            float[] group = Widening.slice(packed, from, 9 * count, scratch);
            transform(group, Widening.offset(packed, from), count, count, u, uOffset + c * width, slice);
        }
    }

    /**
     * As {@link #transform}, of weights (channels, 3, 3, outputs) turned by 180°.
     *
     * @param start where the panel's outputs are in the first channel's first tap
     */
    static void turned(
            WinogradShape shape,
            float[] weight,
            int start,
            int width,
            int block,
            float[] u,
            int uOffset,
            int slice,
            Scratch scratch) {
        int outputs = shape.outChannels();
        int length = shape.blockLength(block);
        int first = start + 9 * shape.blockStart(block) * outputs;
        scratch.fetch(9 * length, width, weight, first, outputs);
        for (int c = 0; c < length; c++) {
            int from = first + (9 * c + 8) * outputs;
            transform(weight, from, -outputs, width, u, uOffset + c * width, slice);
        }
    }

    /** Transforms nine taps of {@code length} floats each, {@code step} apart. */
    private static void transform(float[] source, int from, int step, int length, float[] u, int to, int slice) {
        float ratioA = 1 / (2 * A * A * (A * A - B * B));
        float ratioB = 1 / (2 * B * B * (B * B - A * A));
        FloatVector a0 = FloatVector.broadcast(S, ratioA);
        FloatVector a1 = FloatVector.broadcast(S, ratioA * A);
        FloatVector minusA1 = FloatVector.broadcast(S, -ratioA * A);
        FloatVector a2 = FloatVector.broadcast(S, ratioA * A * A);
        FloatVector b0 = FloatVector.broadcast(S, ratioB);
        FloatVector b1 = FloatVector.broadcast(S, ratioB * B);
        FloatVector minusB1 = FloatVector.broadcast(S, -ratioB * B);
        FloatVector b2 = FloatVector.broadcast(S, ratioB * B * B);
        for (int e = 0; e < length; e += LANES) {
            FloatVector g00 = FloatVector.fromArray(S, source, from + e);
            FloatVector g01 = FloatVector.fromArray(S, source, from + step + e);
            FloatVector g02 = FloatVector.fromArray(S, source, from + 2 * step + e);
            FloatVector g10 = FloatVector.fromArray(S, source, from + 3 * step + e);
            FloatVector g11 = FloatVector.fromArray(S, source, from + 4 * step + e);
            FloatVector g12 = FloatVector.fromArray(S, source, from + 5 * step + e);
            FloatVector g20 = FloatVector.fromArray(S, source, from + 6 * step + e);
            FloatVector g21 = FloatVector.fromArray(S, source, from + 7 * step + e);
            FloatVector g22 = FloatVector.fromArray(S, source, from + 8 * step + e);
            FloatVector s0 = g20.fma(a2, g00.mul(a0));
            FloatVector t0 = g20.fma(b2, g00.mul(b0));
            FloatVector r10 = g10.fma(a1, s0);
            FloatVector r20 = g10.fma(minusA1, s0);
            FloatVector r30 = g10.fma(b1, t0);
            FloatVector r40 = g10.fma(minusB1, t0);
            FloatVector s1 = g21.fma(a2, g01.mul(a0));
            FloatVector t1 = g21.fma(b2, g01.mul(b0));
            FloatVector r11 = g11.fma(a1, s1);
            FloatVector r21 = g11.fma(minusA1, s1);
            FloatVector r31 = g11.fma(b1, t1);
            FloatVector r41 = g11.fma(minusB1, t1);
            FloatVector s2 = g22.fma(a2, g02.mul(a0));
            FloatVector t2 = g22.fma(b2, g02.mul(b0));
            FloatVector r12 = g12.fma(a1, s2);
            FloatVector r22 = g12.fma(minusA1, s2);
            FloatVector r32 = g12.fma(b1, t2);
            FloatVector r42 = g12.fma(minusB1, t2);
            FloatVector m0 = g02.fma(a2, g00.mul(a0));
            FloatVector n0 = g02.fma(b2, g00.mul(b0));
            g00.intoArray(u, to + e);
            g01.fma(a1, m0).intoArray(u, to + e + slice);
            g01.fma(minusA1, m0).intoArray(u, to + e + 2 * slice);
            g01.fma(b1, n0).intoArray(u, to + e + 3 * slice);
            g01.fma(minusB1, n0).intoArray(u, to + e + 4 * slice);
            g02.intoArray(u, to + e + 5 * slice);
            FloatVector m1 = r12.fma(a2, r10.mul(a0));
            FloatVector n1 = r12.fma(b2, r10.mul(b0));
            r10.intoArray(u, to + e + 6 * slice);
            r11.fma(a1, m1).intoArray(u, to + e + 7 * slice);
            r11.fma(minusA1, m1).intoArray(u, to + e + 8 * slice);
            r11.fma(b1, n1).intoArray(u, to + e + 9 * slice);
            r11.fma(minusB1, n1).intoArray(u, to + e + 10 * slice);
            r12.intoArray(u, to + e + 11 * slice);
            FloatVector m2 = r22.fma(a2, r20.mul(a0));
            FloatVector n2 = r22.fma(b2, r20.mul(b0));
            r20.intoArray(u, to + e + 12 * slice);
            r21.fma(a1, m2).intoArray(u, to + e + 13 * slice);
            r21.fma(minusA1, m2).intoArray(u, to + e + 14 * slice);
            r21.fma(b1, n2).intoArray(u, to + e + 15 * slice);
            r21.fma(minusB1, n2).intoArray(u, to + e + 16 * slice);
            r22.intoArray(u, to + e + 17 * slice);
            FloatVector m3 = r32.fma(a2, r30.mul(a0));
            FloatVector n3 = r32.fma(b2, r30.mul(b0));
            r30.intoArray(u, to + e + 18 * slice);
            r31.fma(a1, m3).intoArray(u, to + e + 19 * slice);
            r31.fma(minusA1, m3).intoArray(u, to + e + 20 * slice);
            r31.fma(b1, n3).intoArray(u, to + e + 21 * slice);
            r31.fma(minusB1, n3).intoArray(u, to + e + 22 * slice);
            r32.intoArray(u, to + e + 23 * slice);
            FloatVector m4 = r42.fma(a2, r40.mul(a0));
            FloatVector n4 = r42.fma(b2, r40.mul(b0));
            r40.intoArray(u, to + e + 24 * slice);
            r41.fma(a1, m4).intoArray(u, to + e + 25 * slice);
            r41.fma(minusA1, m4).intoArray(u, to + e + 26 * slice);
            r41.fma(b1, n4).intoArray(u, to + e + 27 * slice);
            r41.fma(minusB1, n4).intoArray(u, to + e + 28 * slice);
            r42.intoArray(u, to + e + 29 * slice);
            FloatVector m5 = g22.fma(a2, g20.mul(a0));
            FloatVector n5 = g22.fma(b2, g20.mul(b0));
            g20.intoArray(u, to + e + 30 * slice);
            g21.fma(a1, m5).intoArray(u, to + e + 31 * slice);
            g21.fma(minusA1, m5).intoArray(u, to + e + 32 * slice);
            g21.fma(b1, n5).intoArray(u, to + e + 33 * slice);
            g21.fma(minusB1, n5).intoArray(u, to + e + 34 * slice);
            g22.intoArray(u, to + e + 35 * slice);
        }
    }
}
