package dev.mezzotint.engine.kernel.simd;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The input transform of {@link WinogradPass}, V = Bᵀ d B, lanes along channels. Columns of pixels are transformed
 * first and kept in a ring, because neighbouring tiles share two of their six.
 *
 * <p>Bᵀ holds the coefficients of x(x²−a²)(x²−b²) divided by one root after the other, a = 3/4, b = 3/2; its first
 * row is divided by a²b².
 */
final class WinogradInput {
    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;
    private static final float A = WinogradPass.A;
    private static final float B = WinogradPass.B;

    /** Transformed columns that are kept: a power of two from 6 up. */
    private static final int RING = 8;

    /** Channels of a pixel outside the image. */
    private static final float[] ZEROS = new float[WinogradShape.LARGE_BLOCK];

    private WinogradInput() {}

    /**
     * Transforms tiles {@code first} to {@code last} of a row of tiles, one block of channels.
     *
     * @param strip row of tiles, counted through all images
     * @param v receives value (i, j) of tile t at {@code vOffset + (6 i + j) * slice + t * pitch}
     */
    static void transform(
            WinogradShape shape,
            float[] x,
            int xOffset,
            int strip,
            int first,
            int last,
            int block,
            float[] v,
            int vOffset,
            int slice,
            Scratch scratch) {
        int pitch = shape.pitch();
        int length = shape.blockLength(block);
        int channels = shape.channels();
        int line = shape.width() * channels;
        int image = strip / shape.tileRows();
        int top = strip % shape.tileRows() * 4 - 1;
        int corner = xOffset + (image * shape.height() + top) * line + shape.blockStart(block);
        boolean direct = top + 5 <= shape.height() && length % LANES == 0;
        float[] above = top < 0 ? ZEROS : x;
        float[] below = top + 5 == shape.height() ? ZEROS : x;
        float[] columns = scratch.patches((RING + 1) * 6 * pitch);
        int frame = RING * 6 * pitch;
        int done = 4 * first;
        for (int tile = first; tile < last; tile++) {
            for (; done < 4 * tile + 6; done++) {
                int column = done - 1;
                int to = done % RING * 6 * pitch;
                int from = corner + column * channels;
                if (column < 0 || column >= shape.width()) {
                    Arrays.fill(columns, to, to + 6 * pitch, 0);
                } else if (direct) {
                    int up = above == x ? from : 0;
                    int down = below == x ? from + 5 * line : 0;
                    down(above, up, x, from + line, line, below, down, length, columns, to, pitch);
                } else {
                    for (int i = 0; i < 6; i++) {
                        if (top + i < 0 || top + i >= shape.height()) {
                            Arrays.fill(columns, frame + i * pitch, frame + (i + 1) * pitch, 0);
                        } else {
                            System.arraycopy(x, from + i * line, columns, frame + i * pitch, length);
                        }
                    }
                    int end = frame + 5 * pitch;
                    down(columns, frame, columns, frame + pitch, pitch, columns, end, length, columns, to, pitch);
                }
            }
            across(columns, 4 * tile, pitch, length, v, vOffset + tile * pitch, slice);
        }
    }

    /** Bᵀ d for one column of pixels, of which the first and the last may be outside the image. */
    private static void down(
            float[] above,
            int aboveAt,
            float[] x,
            int at,
            int line,
            float[] below,
            int belowAt,
            int length,
            float[] columns,
            int to,
            int pitch) {
        FloatVector p2 = FloatVector.broadcast(S, -1 / (A * A) - 1 / (B * B));
        FloatVector p4 = FloatVector.broadcast(S, 1 / (A * A * B * B));
        FloatVector b2 = FloatVector.broadcast(S, -B * B);
        FloatVector a1 = FloatVector.broadcast(S, A);
        FloatVector ab2 = FloatVector.broadcast(S, -A * B * B);
        FloatVector a2 = FloatVector.broadcast(S, -A * A);
        FloatVector b1 = FloatVector.broadcast(S, B);
        FloatVector ba2 = FloatVector.broadcast(S, -B * A * A);
        FloatVector q1 = FloatVector.broadcast(S, A * A * B * B);
        FloatVector q3 = FloatVector.broadcast(S, -A * A - B * B);
        for (int c = 0; c < length; c += LANES) {
            FloatVector d0 = FloatVector.fromArray(S, above, aboveAt + c);
            FloatVector d1 = FloatVector.fromArray(S, x, at + c);
            FloatVector d2 = FloatVector.fromArray(S, x, at + line + c);
            FloatVector d3 = FloatVector.fromArray(S, x, at + 2 * line + c);
            FloatVector d4 = FloatVector.fromArray(S, x, at + 3 * line + c);
            FloatVector d5 = FloatVector.fromArray(S, below, belowAt + c);
            d2.fma(p2, d4.fma(p4, d0)).intoArray(columns, to + c);
            FloatVector e = d2.fma(b2, d4);
            FloatVector f = d1.fma(ab2, d3.mul(a1));
            e.add(f).intoArray(columns, to + pitch + c);
            e.sub(f).intoArray(columns, to + 2 * pitch + c);
            FloatVector g = d2.fma(a2, d4);
            FloatVector h = d1.fma(ba2, d3.mul(b1));
            g.add(h).intoArray(columns, to + 3 * pitch + c);
            g.sub(h).intoArray(columns, to + 4 * pitch + c);
            d1.fma(q1, d3.fma(q3, d5)).intoArray(columns, to + 5 * pitch + c);
        }
    }

    /** (Bᵀ d) B for one tile, whose Bᵀ d begins with column {@code first}. */
    private static void across(float[] columns, int first, int pitch, int length, float[] v, int vOffset, int slice) {
        FloatVector p2 = FloatVector.broadcast(S, -1 / (A * A) - 1 / (B * B));
        FloatVector p4 = FloatVector.broadcast(S, 1 / (A * A * B * B));
        FloatVector b2 = FloatVector.broadcast(S, -B * B);
        FloatVector a1 = FloatVector.broadcast(S, A);
        FloatVector ab2 = FloatVector.broadcast(S, -A * B * B);
        FloatVector a2 = FloatVector.broadcast(S, -A * A);
        FloatVector b1 = FloatVector.broadcast(S, B);
        FloatVector ba2 = FloatVector.broadcast(S, -B * A * A);
        FloatVector q1 = FloatVector.broadcast(S, A * A * B * B);
        FloatVector q3 = FloatVector.broadcast(S, -A * A - B * B);
        int column = 6 * pitch;
        for (int row = 0; row < 6; row++) {
            int from = row * pitch;
            int to = vOffset + 6 * row * slice;
            int s0 = from + first % RING * column;
            int s1 = from + (first + 1) % RING * column;
            int s2 = from + (first + 2) % RING * column;
            int s3 = from + (first + 3) % RING * column;
            int s4 = from + (first + 4) % RING * column;
            int s5 = from + (first + 5) % RING * column;
            for (int c = 0; c < length; c += LANES) {
                FloatVector d0 = FloatVector.fromArray(S, columns, s0 + c);
                FloatVector d1 = FloatVector.fromArray(S, columns, s1 + c);
                FloatVector d2 = FloatVector.fromArray(S, columns, s2 + c);
                FloatVector d3 = FloatVector.fromArray(S, columns, s3 + c);
                FloatVector d4 = FloatVector.fromArray(S, columns, s4 + c);
                FloatVector d5 = FloatVector.fromArray(S, columns, s5 + c);
                d2.fma(p2, d4.fma(p4, d0)).intoArray(v, to + c);
                FloatVector e = d2.fma(b2, d4);
                FloatVector f = d1.fma(ab2, d3.mul(a1));
                e.add(f).intoArray(v, to + slice + c);
                e.sub(f).intoArray(v, to + 2 * slice + c);
                FloatVector g = d2.fma(a2, d4);
                FloatVector h = d1.fma(ba2, d3.mul(b1));
                g.add(h).intoArray(v, to + 3 * slice + c);
                g.sub(h).intoArray(v, to + 4 * slice + c);
                d1.fma(q1, d3.fma(q3, d5)).intoArray(v, to + 5 * slice + c);
            }
        }
    }
}
