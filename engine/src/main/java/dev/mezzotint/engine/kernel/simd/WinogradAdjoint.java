package dev.mezzotint.engine.kernel.simd;

import java.util.Arrays;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transforms of {@link WinogradGradientPass}, each the transpose of one of the forward pass: Z = A dY Aᵀ spreads a tile
 * of the gradient over the points of interpolation, dg = Gᵀ M G gathers a kernel's gradient from them. Lanes run along
 * channels.
 */
final class WinogradAdjoint {
    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;
    private static final float A = WinogradPass.A;
    private static final float B = WinogradPass.B;

    private WinogradAdjoint() {}

    /**
     * Z for one row of tiles and one panel of output channels.
     *
     * @param strip row of tiles, counted through all images
     * @param z receives value (i, j) of tile t at {@code zOffset + (6 i + j) * slice + t * Panels.WIDTH}
     */
    static void spread(
            WinogradShape shape,
            float[] dy,
            int dyOffset,
            int strip,
            int panel,
            float[] z,
            int zOffset,
            int slice,
            Scratch scratch) {
        int pixel = shape.outChannels();
        int channels = Panels.columns(pixel, panel);
        int pitch = Panels.vectors(channels) * LANES;
        int line = shape.width() * pixel;
        int top = strip % shape.tileRows() * 4;
        int rows = Math.min(4, shape.height() - top);
        int start = dyOffset + (strip / shape.tileRows() * shape.height() + top) * line + panel * Panels.WIDTH;
        float[] buffer = scratch.patches((16 + 24) * pitch);
        int columns = 16 * pitch;
        for (int tile = 0; tile < shape.tileColumns(); tile++) {
            int pixels = Math.min(4, shape.width() - 4 * tile);
            int from = start + 4 * tile * pixel;
            int to = zOffset + tile * Panels.WIDTH;
            if (rows == 4 && pixels == 4 && channels == pitch) {
                for (int j = 0; j < 4; j++) {
                    spread(pitch, dy, from + j * pixel, line, buffer, columns + j * pitch, 4 * pitch);
                }
            } else {
                frame(rows, pixels, pixel, channels, dy, from, line, buffer, pitch);
                for (int j = 0; j < 4; j++) {
                    spread(pitch, buffer, j * pitch, 4 * pitch, buffer, columns + j * pitch, 4 * pitch);
                }
            }
            for (int i = 0; i < 6; i++) {
                spread(pitch, buffer, columns + 4 * i * pitch, pitch, z, to + 6 * i * slice, slice);
            }
        }
    }

    /** Copies the part of a tile that is inside the image, zeros around it. */
    private static void frame(
            int rows, int pixels, int pixel, int channels, float[] dy, int from, int line, float[] buffer, int pitch) {
        Arrays.fill(buffer, 0, 16 * pitch, 0);
        for (int r = 0; r < rows; r++) {
            for (int p = 0; p < pixels; p++) {
                System.arraycopy(dy, from + r * line + p * pixel, buffer, (4 * r + p) * pitch, channels);
            }
        }
    }

    /** Four values to six: the values of a polynomial of degree 3 at 0, ±a, ±b and ∞. */
    private static void spread(int length, float[] x, int from, int step, float[] z, int to, int slice) {
        // The checks make it larger than what C2 inlines (325 bytes): inlined, it is half as fast. Likewise gather.
        Objects.checkFromIndexSize(from, 3 * step + length, x.length);
        Objects.checkFromIndexSize(to, 5 * slice + length, z.length);
        FloatVector a1 = FloatVector.broadcast(S, A);
        FloatVector a2 = FloatVector.broadcast(S, A * A);
        FloatVector a3 = FloatVector.broadcast(S, A * A * A);
        FloatVector b1 = FloatVector.broadcast(S, B);
        FloatVector b2 = FloatVector.broadcast(S, B * B);
        FloatVector b3 = FloatVector.broadcast(S, B * B * B);
        for (int c = 0; c < length; c += LANES) {
            FloatVector y0 = FloatVector.fromArray(S, x, from + c);
            FloatVector y1 = FloatVector.fromArray(S, x, from + step + c);
            FloatVector y2 = FloatVector.fromArray(S, x, from + 2 * step + c);
            FloatVector y3 = FloatVector.fromArray(S, x, from + 3 * step + c);
            y0.intoArray(z, to + c);
            FloatVector e = y2.fma(a2, y0);
            FloatVector f = y3.fma(a3, y1.mul(a1));
            e.add(f).intoArray(z, to + slice + c);
            e.sub(f).intoArray(z, to + 2 * slice + c);
            FloatVector g = y2.fma(b2, y0);
            FloatVector h = y3.fma(b3, y1.mul(b1));
            g.add(h).intoArray(z, to + 3 * slice + c);
            g.sub(h).intoArray(z, to + 4 * slice + c);
            y3.intoArray(z, to + 5 * slice + c);
        }
    }

    /**
     * The gradient of nine weights for some channels of one output.
     *
     * @param m holds value (i, j) at {@code mOffset + (6 i + j) * slice}
     * @param length channels in whole vectors
     * @param d what is added: the tap's at {@code dOffset + tap * dStep}
     * @param result receives tap after tap, {@code step} apart
     */
    static void gather(
            int length,
            float[] m,
            int mOffset,
            int slice,
            float[] d,
            int dOffset,
            int dStep,
            float[] result,
            int to,
            int step) {
        Objects.checkFromIndexSize(mOffset, 35 * slice + length, m.length);
        Objects.checkFromIndexSize(to, 8 * step + length, result.length);
        float ratioA = 1 / (2 * A * A * (A * A - B * B));
        float ratioB = 1 / (2 * B * B * (B * B - A * A));
        FloatVector a0 = FloatVector.broadcast(S, ratioA);
        FloatVector a1 = FloatVector.broadcast(S, ratioA * A);
        FloatVector a2 = FloatVector.broadcast(S, ratioA * A * A);
        FloatVector b0 = FloatVector.broadcast(S, ratioB);
        FloatVector b1 = FloatVector.broadcast(S, ratioB * B);
        FloatVector b2 = FloatVector.broadcast(S, ratioB * B * B);
        for (int c = 0; c < length; c += LANES) {
            int at = mOffset + c;
            int from = dOffset + c;
            int end = to + c;
            FloatVector m01 = FloatVector.fromArray(S, m, at + slice);
            FloatVector m11 = FloatVector.fromArray(S, m, at + 7 * slice);
            FloatVector m21 = FloatVector.fromArray(S, m, at + 13 * slice);
            FloatVector m31 = FloatVector.fromArray(S, m, at + 19 * slice);
            FloatVector m41 = FloatVector.fromArray(S, m, at + 25 * slice);
            FloatVector m51 = FloatVector.fromArray(S, m, at + 31 * slice);
            FloatVector s1 = m11.add(m21);
            FloatVector d1 = m11.sub(m21);
            FloatVector t1 = m31.add(m41);
            FloatVector e1 = m31.sub(m41);
            FloatVector r01 = t1.fma(b0, s1.fma(a0, m01));
            FloatVector r11 = e1.fma(b1, d1.mul(a1));
            FloatVector r21 = t1.fma(b2, s1.fma(a2, m51));
            FloatVector m02 = FloatVector.fromArray(S, m, at + 2 * slice);
            FloatVector m12 = FloatVector.fromArray(S, m, at + 8 * slice);
            FloatVector m22 = FloatVector.fromArray(S, m, at + 14 * slice);
            FloatVector m32 = FloatVector.fromArray(S, m, at + 20 * slice);
            FloatVector m42 = FloatVector.fromArray(S, m, at + 26 * slice);
            FloatVector m52 = FloatVector.fromArray(S, m, at + 32 * slice);
            FloatVector s2 = m12.add(m22);
            FloatVector d2 = m12.sub(m22);
            FloatVector t2 = m32.add(m42);
            FloatVector e2 = m32.sub(m42);
            FloatVector r02 = t2.fma(b0, s2.fma(a0, m02));
            FloatVector r12 = e2.fma(b1, d2.mul(a1));
            FloatVector r22 = t2.fma(b2, s2.fma(a2, m52));
            FloatVector s6 = r01.add(r02);
            FloatVector d6 = r01.sub(r02);
            FloatVector s7 = r11.add(r12);
            FloatVector d7 = r11.sub(r12);
            FloatVector s8 = r21.add(r22);
            FloatVector d8 = r21.sub(r22);
            FloatVector m03 = FloatVector.fromArray(S, m, at + 3 * slice);
            FloatVector m13 = FloatVector.fromArray(S, m, at + 9 * slice);
            FloatVector m23 = FloatVector.fromArray(S, m, at + 15 * slice);
            FloatVector m33 = FloatVector.fromArray(S, m, at + 21 * slice);
            FloatVector m43 = FloatVector.fromArray(S, m, at + 27 * slice);
            FloatVector m53 = FloatVector.fromArray(S, m, at + 33 * slice);
            FloatVector s3 = m13.add(m23);
            FloatVector d3 = m13.sub(m23);
            FloatVector t3 = m33.add(m43);
            FloatVector e3 = m33.sub(m43);
            FloatVector r03 = t3.fma(b0, s3.fma(a0, m03));
            FloatVector r13 = e3.fma(b1, d3.mul(a1));
            FloatVector r23 = t3.fma(b2, s3.fma(a2, m53));
            FloatVector m04 = FloatVector.fromArray(S, m, at + 4 * slice);
            FloatVector m14 = FloatVector.fromArray(S, m, at + 10 * slice);
            FloatVector m24 = FloatVector.fromArray(S, m, at + 16 * slice);
            FloatVector m34 = FloatVector.fromArray(S, m, at + 22 * slice);
            FloatVector m44 = FloatVector.fromArray(S, m, at + 28 * slice);
            FloatVector m54 = FloatVector.fromArray(S, m, at + 34 * slice);
            FloatVector s4 = m14.add(m24);
            FloatVector d4 = m14.sub(m24);
            FloatVector t4 = m34.add(m44);
            FloatVector e4 = m34.sub(m44);
            FloatVector r04 = t4.fma(b0, s4.fma(a0, m04));
            FloatVector r14 = e4.fma(b1, d4.mul(a1));
            FloatVector r24 = t4.fma(b2, s4.fma(a2, m54));
            FloatVector t6 = r03.add(r04);
            FloatVector e6 = r03.sub(r04);
            FloatVector t7 = r13.add(r14);
            FloatVector e7 = r13.sub(r14);
            FloatVector t8 = r23.add(r24);
            FloatVector e8 = r23.sub(r24);
            FloatVector m00 = FloatVector.fromArray(S, m, at);
            FloatVector m10 = FloatVector.fromArray(S, m, at + 6 * slice);
            FloatVector m20 = FloatVector.fromArray(S, m, at + 12 * slice);
            FloatVector m30 = FloatVector.fromArray(S, m, at + 18 * slice);
            FloatVector m40 = FloatVector.fromArray(S, m, at + 24 * slice);
            FloatVector m50 = FloatVector.fromArray(S, m, at + 30 * slice);
            FloatVector s0 = m10.add(m20);
            FloatVector d0 = m10.sub(m20);
            FloatVector t0 = m30.add(m40);
            FloatVector e0 = m30.sub(m40);
            FloatVector r00 = t0.fma(b0, s0.fma(a0, m00));
            FloatVector r10 = e0.fma(b1, d0.mul(a1));
            FloatVector r20 = t0.fma(b2, s0.fma(a2, m50));
            t6.fma(b0, s6.fma(a0, r00)).add(FloatVector.fromArray(S, d, from)).intoArray(result, end);
            t7.fma(b0, s7.fma(a0, r10))
                    .add(FloatVector.fromArray(S, d, from + 3 * dStep))
                    .intoArray(result, end + 3 * step);
            t8.fma(b0, s8.fma(a0, r20))
                    .add(FloatVector.fromArray(S, d, from + 6 * dStep))
                    .intoArray(result, end + 6 * step);
            e6.fma(b1, d6.mul(a1))
                    .add(FloatVector.fromArray(S, d, from + dStep))
                    .intoArray(result, end + step);
            e7.fma(b1, d7.mul(a1))
                    .add(FloatVector.fromArray(S, d, from + 4 * dStep))
                    .intoArray(result, end + 4 * step);
            e8.fma(b1, d8.mul(a1))
                    .add(FloatVector.fromArray(S, d, from + 7 * dStep))
                    .intoArray(result, end + 7 * step);
            FloatVector m05 = FloatVector.fromArray(S, m, at + 5 * slice);
            FloatVector m15 = FloatVector.fromArray(S, m, at + 11 * slice);
            FloatVector m25 = FloatVector.fromArray(S, m, at + 17 * slice);
            FloatVector m35 = FloatVector.fromArray(S, m, at + 23 * slice);
            FloatVector m45 = FloatVector.fromArray(S, m, at + 29 * slice);
            FloatVector m55 = FloatVector.fromArray(S, m, at + 35 * slice);
            FloatVector s5 = m15.add(m25);
            FloatVector d5 = m15.sub(m25);
            FloatVector t5 = m35.add(m45);
            FloatVector e5 = m35.sub(m45);
            FloatVector r05 = t5.fma(b0, s5.fma(a0, m05));
            FloatVector r15 = e5.fma(b1, d5.mul(a1));
            FloatVector r25 = t5.fma(b2, s5.fma(a2, m55));
            t6.fma(b2, s6.fma(a2, r05))
                    .add(FloatVector.fromArray(S, d, from + 2 * dStep))
                    .intoArray(result, end + 2 * step);
            t7.fma(b2, s7.fma(a2, r15))
                    .add(FloatVector.fromArray(S, d, from + 5 * dStep))
                    .intoArray(result, end + 5 * step);
            t8.fma(b2, s8.fma(a2, r25))
                    .add(FloatVector.fromArray(S, d, from + 8 * dStep))
                    .intoArray(result, end + 8 * step);
        }
    }
}
