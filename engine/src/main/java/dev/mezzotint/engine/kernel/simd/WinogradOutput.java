package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.Epilogue;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The output transform of {@link WinogradPass}, Y = Aᵀ M A, and the epilogue, lanes along output channels. */
final class WinogradOutput {
    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;
    private static final float A = WinogradPass.A;
    private static final float B = WinogradPass.B;

    private WinogradOutput() {}

    /**
     * Transforms one tile of one panel.
     *
     * @param strip row of tiles, counted through all images
     * @param m holds value (i, j) of the tile at {@code mOffset + (6 i + j) * slice}
     * @param bias one value a column of the panel, in whole vectors
     * @param image buffer for 16 pixels of a panel
     */
    static void transform(
            WinogradShape shape,
            int strip,
            int tile,
            int panel,
            float[] m,
            int mOffset,
            int slice,
            float[] bias,
            float[] image,
            float[] y,
            int yOffset,
            Epilogue epilogue) {
        int columns = Panels.columns(shape.outChannels(), panel);
        int width = Panels.vectors(columns) * LANES;
        int top = strip % shape.tileRows() * 4;
        int left = tile * 4;
        int rows = Math.min(4, shape.height() - top);
        int pixels = Math.min(4, shape.width() - left);
        int pixel = shape.outChannels();
        int line = shape.width() * pixel;
        int row = strip / shape.tileRows() * shape.height() + top;
        int to = yOffset + row * line + left * pixel + panel * Panels.WIDTH;
        if (rows == 4 && pixels == 4 && columns == width && !epilogue.accumulate()) {
            transform(width, m, mOffset, slice, bias, y, to, line, pixel);
        } else {
            transform(width, m, mOffset, slice, bias, image, 0, 4 * width, width);
            for (int r = 0; r < rows; r++) {
                for (int p = 0; p < pixels; p++) {
                    copy(columns, image, (4 * r + p) * width, y, to + r * line + p * pixel, epilogue.accumulate());
                }
            }
        }
        if (epilogue.activation() != Activation.NONE) {
            for (int r = 0; r < rows; r++) {
                for (int p = 0; p < pixels; p++) {
                    int at = to + r * line + p * pixel;
                    SimdActivation.forwardRange(epilogue.activation(), columns, y, at, y, at);
                }
            }
        }
    }

    private static void copy(int length, float[] from, int fromOffset, float[] to, int toOffset, boolean add) {
        if (add) {
            for (int i = 0; i < length; i++) {
                to[toOffset + i] += from[fromOffset + i];
            }
        } else {
            System.arraycopy(from, fromOffset, to, toOffset, length);
        }
    }

    private static void transform(
            int width, float[] m, int mOffset, int slice, float[] bias, float[] y, int yOffset, int line, int pixel) {
        FloatVector a1 = FloatVector.broadcast(S, A);
        FloatVector a2 = FloatVector.broadcast(S, A * A);
        FloatVector a3 = FloatVector.broadcast(S, A * A * A);
        FloatVector b1 = FloatVector.broadcast(S, B);
        FloatVector b2 = FloatVector.broadcast(S, B * B);
        FloatVector b3 = FloatVector.broadcast(S, B * B * B);
        for (int k = 0; k < width; k += LANES) {
            int at = mOffset + k;
            int to = yOffset + k;
            FloatVector offset = FloatVector.fromArray(S, bias, k);
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
            FloatVector r00 = s0.add(t0).add(m00);
            FloatVector r10 = e0.fma(b1, d0.mul(a1));
            FloatVector r20 = t0.fma(b2, s0.mul(a2));
            FloatVector r30 = e0.fma(b3, d0.fma(a3, m50));
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
            FloatVector r01 = s1.add(t1).add(m01);
            FloatVector r11 = e1.fma(b1, d1.mul(a1));
            FloatVector r21 = t1.fma(b2, s1.mul(a2));
            FloatVector r31 = e1.fma(b3, d1.fma(a3, m51));
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
            FloatVector r02 = s2.add(t2).add(m02);
            FloatVector r12 = e2.fma(b1, d2.mul(a1));
            FloatVector r22 = t2.fma(b2, s2.mul(a2));
            FloatVector r32 = e2.fma(b3, d2.fma(a3, m52));
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
            FloatVector r03 = s3.add(t3).add(m03);
            FloatVector r13 = e3.fma(b1, d3.mul(a1));
            FloatVector r23 = t3.fma(b2, s3.mul(a2));
            FloatVector r33 = e3.fma(b3, d3.fma(a3, m53));
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
            FloatVector r04 = s4.add(t4).add(m04);
            FloatVector r14 = e4.fma(b1, d4.mul(a1));
            FloatVector r24 = t4.fma(b2, s4.mul(a2));
            FloatVector r34 = e4.fma(b3, d4.fma(a3, m54));
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
            FloatVector r05 = s5.add(t5).add(m05);
            FloatVector r15 = e5.fma(b1, d5.mul(a1));
            FloatVector r25 = t5.fma(b2, s5.mul(a2));
            FloatVector r35 = e5.fma(b3, d5.fma(a3, m55));
            FloatVector s6 = r01.add(r02);
            FloatVector d6 = r01.sub(r02);
            FloatVector t6 = r03.add(r04);
            FloatVector e6 = r03.sub(r04);
            s6.add(t6).add(r00.add(offset)).intoArray(y, to);
            e6.fma(b1, d6.fma(a1, offset)).intoArray(y, to + pixel);
            t6.fma(b2, s6.fma(a2, offset)).intoArray(y, to + 2 * pixel);
            e6.fma(b3, d6.fma(a3, r05.add(offset))).intoArray(y, to + 3 * pixel);
            FloatVector s7 = r11.add(r12);
            FloatVector d7 = r11.sub(r12);
            FloatVector t7 = r13.add(r14);
            FloatVector e7 = r13.sub(r14);
            s7.add(t7).add(r10.add(offset)).intoArray(y, to + line);
            e7.fma(b1, d7.fma(a1, offset)).intoArray(y, to + line + pixel);
            t7.fma(b2, s7.fma(a2, offset)).intoArray(y, to + line + 2 * pixel);
            e7.fma(b3, d7.fma(a3, r15.add(offset))).intoArray(y, to + line + 3 * pixel);
            FloatVector s8 = r21.add(r22);
            FloatVector d8 = r21.sub(r22);
            FloatVector t8 = r23.add(r24);
            FloatVector e8 = r23.sub(r24);
            s8.add(t8).add(r20.add(offset)).intoArray(y, to + 2 * line);
            e8.fma(b1, d8.fma(a1, offset)).intoArray(y, to + 2 * line + pixel);
            t8.fma(b2, s8.fma(a2, offset)).intoArray(y, to + 2 * line + 2 * pixel);
            e8.fma(b3, d8.fma(a3, r25.add(offset))).intoArray(y, to + 2 * line + 3 * pixel);
            FloatVector s9 = r31.add(r32);
            FloatVector d9 = r31.sub(r32);
            FloatVector t9 = r33.add(r34);
            FloatVector e9 = r33.sub(r34);
            s9.add(t9).add(r30.add(offset)).intoArray(y, to + 3 * line);
            e9.fma(b1, d9.fma(a1, offset)).intoArray(y, to + 3 * line + pixel);
            t9.fma(b2, s9.fma(a2, offset)).intoArray(y, to + 3 * line + 2 * pixel);
            e9.fma(b3, d9.fma(a3, r35.add(offset))).intoArray(y, to + 3 * line + 3 * pixel);
        }
    }
}
