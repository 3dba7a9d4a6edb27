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
     * @param result receives the nine, one behind the other, and needs room for 27
     */
    static void gather(int length, float[] m, int mOffset, int slice, float[] result) {
        int rows = 9 * length;
        for (int j = 0; j < 6; j++) {
            gather(length, m, mOffset + j * slice, 6 * slice, result, rows + j * length, 6 * length);
        }
        for (int u = 0; u < 3; u++) {
            gather(length, result, rows + 6 * u * length, length, result, 3 * u * length, length);
        }
    }

    /** Six values to three, by the transpose of {@link WinogradWeights}'s G. */
    private static void gather(int length, float[] m, int from, int step, float[] result, int to, int slice) {
        Objects.checkFromIndexSize(from, 5 * step + length, m.length);
        Objects.checkFromIndexSize(to, 2 * slice + length, result.length);
        float ratioA = 1 / (2 * A * A * (A * A - B * B));
        float ratioB = 1 / (2 * B * B * (B * B - A * A));
        FloatVector a0 = FloatVector.broadcast(S, ratioA);
        FloatVector a1 = FloatVector.broadcast(S, ratioA * A);
        FloatVector a2 = FloatVector.broadcast(S, ratioA * A * A);
        FloatVector b0 = FloatVector.broadcast(S, ratioB);
        FloatVector b1 = FloatVector.broadcast(S, ratioB * B);
        FloatVector b2 = FloatVector.broadcast(S, ratioB * B * B);
        for (int c = 0; c < length; c += LANES) {
            FloatVector m0 = FloatVector.fromArray(S, m, from + c);
            FloatVector m1 = FloatVector.fromArray(S, m, from + step + c);
            FloatVector m2 = FloatVector.fromArray(S, m, from + 2 * step + c);
            FloatVector m3 = FloatVector.fromArray(S, m, from + 3 * step + c);
            FloatVector m4 = FloatVector.fromArray(S, m, from + 4 * step + c);
            FloatVector m5 = FloatVector.fromArray(S, m, from + 5 * step + c);
            FloatVector s = m1.add(m2);
            FloatVector d = m1.sub(m2);
            FloatVector t = m3.add(m4);
            FloatVector e = m3.sub(m4);
            t.fma(b0, s.fma(a0, m0)).intoArray(result, to + c);
            e.fma(b1, d.mul(a1)).intoArray(result, to + slice + c);
            t.fma(b2, s.fma(a2, m5)).intoArray(result, to + 2 * slice + c);
        }
    }
}
