package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Activation;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of group norm over one slab of (positions, channels). They go along the rows as these lie in memory, some
 * rows at a time, since it is memory that they wait for; they sum some positions in float and add those sums in double
 * precision. Channels that fill no vector are walked one by one; masked loads in these loops made the whole pass two to
 * four times as slow.
 */
final class NormLoops {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private static final int CHUNK_ELEMENTS = 4096;
    private static final int CHUNK_MOST = 64;
    private static final int CHUNK_LEAST = 16;

    /** Positions whose moments are summed in float. */
    private static final int FLOAT_POSITIONS = 128;

    /** Rows that share what is loaded for a vector of channels. */
    private static final int ROWS = 4;

    private NormLoops() {}

    /** Fills three rows of sums: a pivot near the mean, Σ (x − pivot), Σ (x − pivot)². */
    static void moments(
            int channels, int positions, float[] x, int xOffset, double[] sums, int sumsOffset, NormScratch scratch) {
        int side = sideBySide(channels, positions);
        int wide = side * channels;
        float[] chunk = scratch.chunk(3 * wide);
        Arrays.fill(sums, sumsOffset, sumsOffset + NormFold.SUMS * channels, 0);
        pivots(channels, Math.min(ROWS, positions), x, xOffset, chunk, 2 * wide);
        SimdSums.accumulate(channels, chunk, 2 * wide, sums, sumsOffset);
        repeat(side, channels, chunk, 2 * wide, chunk, 2 * wide);
        int rows = positions / side;
        for (int from = 0; from < rows; from += FLOAT_POSITIONS) {
            int to = Math.min(rows, from + FLOAT_POSITIONS);
            Arrays.fill(chunk, 0, 2 * wide, 0);
            int p = from;
            for (; p <= to - ROWS; p += ROWS) {
                addMoments(wide, ROWS, x, xOffset + p * wide, chunk, wide);
            }
            addMoments(wide, to - p, x, xOffset + p * wide, chunk, wide);
            if (to == rows) {
                addMoments(channels, positions - rows * side, x, xOffset + rows * wide, chunk, wide);
            }
            for (int k = 0; k < side; k++) {
                SimdSums.accumulate(channels, chunk, k * channels, sums, sumsOffset + channels);
                SimdSums.accumulate(channels, chunk, wide + k * channels, sums, sumsOffset + 2 * channels);
            }
        }
    }

    /** y = activation((x − mean) · scale + shift). */
    static void apply(
            Activation activation,
            int channels,
            int positions,
            float[] x,
            int xOffset,
            float[] coefficients,
            int first,
            float[] y,
            int yOffset,
            NormScratch scratch) {
        int side = sideBySide(channels, positions);
        if (side == 1) {
            normalizeRows(activation, channels, positions, x, xOffset, coefficients, first, y, yOffset);
            return;
        }
        int wide = side * channels;
        float[] repeated = scratch.chunk(3 * wide);
        for (int k = 0; k < 3; k++) {
            repeat(side, channels, coefficients, first + k * channels, repeated, k * wide);
        }
        int rows = positions / side;
        int rest = positions - rows * side;
        int at = rows * wide;
        normalizeRows(activation, wide, rows, x, xOffset, repeated, 0, y, yOffset);
        normalizeRows(activation, channels, rest, x, xOffset + at, coefficients, first, y, yOffset + at);
    }

    private static void normalizeRows(
            Activation activation,
            int channels,
            int positions,
            float[] x,
            int xOffset,
            float[] coefficients,
            int first,
            float[] y,
            int yOffset) {
        if (SimdActivation.isGated(activation) && channels % LANES == 0) {
            for (int at = 0; at < positions * channels; at += channels) {
                SimdActivation.gated(
                        activation, channels, coefficients, first, channels, x, xOffset + at, y, yOffset + at);
            }
            return;
        }
        int size = Math.max(1, CHUNK_ELEMENTS / channels);
        for (int p = 0; p < positions; p += size) {
            int count = Math.min(size, positions - p);
            int at = p * channels;
            affine(channels, count, x, xOffset + at, coefficients, first, y, yOffset + at);
            if (activation != Activation.NONE) {
                SimdActivation.forwardRange(activation, count * channels, y, yOffset + at, y, yOffset + at);
            }
        }
    }

    /** How many positions to take for one of as many more channels, so that those fill whole vectors. */
    private static int sideBySide(int channels, int positions) {
        int side = LANES / Math.min(LANES, Integer.lowestOneBit(channels));
        return side <= positions && side * channels <= CHUNK_ELEMENTS ? side : 1;
    }

    private static void repeat(int times, int length, float[] source, int from, float[] target, int to) {
        for (int k = 0; k < times; k++) {
            System.arraycopy(source, from, target, to + k * length, length);
        }
    }

    /**
     * Fills the second and third row of sums with Σ g and Σ g (x − mean), g being the gradient before the activation,
     * which is left in dx unless it is dy itself.
     */
    static void gradientSums(
            Activation activation,
            int channels,
            int positions,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset,
            float[] coefficients,
            int first,
            double[] sums,
            int sumsOffset,
            float[] chunk) {
        Arrays.fill(sums, sumsOffset, sumsOffset + NormFold.SUMS * channels, 0);
        int size = chunkPositions(channels);
        boolean plain = activation == Activation.NONE;
        for (int p = 0; p < positions; p += size) {
            int count = Math.min(size, positions - p);
            int at = p * channels;
            Arrays.fill(chunk, 0, 2 * channels, 0);
            if (activation == Activation.SILU && channels % LANES == 0) {
                for (int row = at; row < at + count * channels; row += channels) {
                    int to = dxOffset + row;
                    siluGradients(channels, x, xOffset + row, dy, dyOffset + row, dx, to, coefficients, first, chunk);
                }
            } else if (plain) {
                addGradients(channels, count, x, xOffset + at, dy, dyOffset + at, coefficients, first, chunk);
            } else {
                affine(channels, count, x, xOffset + at, coefficients, first, dx, dxOffset + at);
                SimdActivation.backwardRange(
                        activation, count * channels, dx, dxOffset + at, dy, dyOffset + at, dx, dxOffset + at);
                addGradients(channels, count, x, xOffset + at, dx, dxOffset + at, coefficients, first, chunk);
            }
            SimdSums.accumulate(2 * channels, chunk, 0, sums, sumsOffset + channels);
        }
    }

    /** dx = g · scale + (x − mean) · factor + offset; g may be dx. */
    static void applyGradient(
            int channels,
            int positions,
            float[] x,
            int xOffset,
            float[] g,
            int gOffset,
            float[] coefficients,
            int first,
            float[] dx,
            int dxOffset) {
        int p = 0;
        for (; p <= positions - ROWS; p += ROWS) {
            int at = p * channels;
            applyRows(channels, x, xOffset + at, g, gOffset + at, coefficients, first, dx, dxOffset + at);
        }
        for (; p < positions; p++) {
            int at = p * channels;
            applyRow(0, channels, x, xOffset + at, g, gOffset + at, coefficients, first, dx, dxOffset + at);
        }
    }

    private static int chunkPositions(int channels) {
        return Math.clamp(CHUNK_ELEMENTS / channels, CHUNK_LEAST, CHUNK_MOST);
    }

    private static void pivots(int channels, int positions, float[] x, int xOffset, float[] chunk, int pivotsOffset) {
        int c = 0;
        for (; c <= channels - LANES; c += LANES) {
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int p = 0; p < positions; p++) {
                sum = sum.add(FloatVector.fromArray(SPECIES, x, xOffset + p * channels + c));
            }
            sum.div(positions).intoArray(chunk, pivotsOffset + c);
        }
        for (; c < channels; c++) {
            float sum = 0;
            for (int p = 0; p < positions; p++) {
                sum += x[xOffset + p * channels + c];
            }
            chunk[pivotsOffset + c] = sum / positions;
        }
    }

    /**
     * Adds what some rows give to Σ (x − pivot), which begins the chunk, and Σ (x − pivot)², which stands {@code pitch} behind
     * it, as the pivots do behind that.
     */
    private static void addMoments(int channels, int rows, float[] x, int xOffset, float[] chunk, int pitch) {
        int c = 0;
        if (rows == ROWS) {
            for (; c <= channels - LANES; c += LANES) {
                int at = xOffset + c;
                FloatVector pivot = FloatVector.fromArray(SPECIES, chunk, 2 * pitch + c);
                FloatVector d0 = FloatVector.fromArray(SPECIES, x, at).sub(pivot);
                FloatVector d1 =
                        FloatVector.fromArray(SPECIES, x, at + channels).sub(pivot);
                FloatVector d2 =
                        FloatVector.fromArray(SPECIES, x, at + 2 * channels).sub(pivot);
                FloatVector d3 =
                        FloatVector.fromArray(SPECIES, x, at + 3 * channels).sub(pivot);
                FloatVector sum = FloatVector.fromArray(SPECIES, chunk, c);
                FloatVector squares = FloatVector.fromArray(SPECIES, chunk, pitch + c);
                sum.add(d0.add(d1).add(d2.add(d3))).intoArray(chunk, c);
                squares.add(d0.fma(d0, d1.mul(d1)).add(d2.fma(d2, d3.mul(d3)))).intoArray(chunk, pitch + c);
            }
        } else {
            for (; c <= channels - LANES; c += LANES) {
                FloatVector pivot = FloatVector.fromArray(SPECIES, chunk, 2 * pitch + c);
                FloatVector sum = FloatVector.fromArray(SPECIES, chunk, c);
                FloatVector squares = FloatVector.fromArray(SPECIES, chunk, pitch + c);
                for (int r = 0; r < rows; r++) {
                    FloatVector d = FloatVector.fromArray(SPECIES, x, xOffset + r * channels + c)
                            .sub(pivot);
                    sum = sum.add(d);
                    squares = d.fma(d, squares);
                }
                sum.intoArray(chunk, c);
                squares.intoArray(chunk, pitch + c);
            }
        }
        for (; c < channels; c++) {
            float pivot = chunk[2 * pitch + c];
            for (int r = 0; r < rows; r++) {
                float deviation = x[xOffset + r * channels + c] - pivot;
                chunk[c] += deviation;
                chunk[pitch + c] = Math.fma(deviation, deviation, chunk[pitch + c]);
            }
        }
    }

    private static void affine(
            int channels,
            int positions,
            float[] x,
            int xOffset,
            float[] coefficients,
            int first,
            float[] y,
            int yOffset) {
        for (int p = 0; p < positions; p++) {
            int from = xOffset + p * channels;
            int to = yOffset + p * channels;
            int c = 0;
            for (; c <= channels - LANES; c += LANES) {
                FloatVector mean = FloatVector.fromArray(SPECIES, coefficients, first + c);
                FloatVector scale = FloatVector.fromArray(SPECIES, coefficients, first + channels + c);
                FloatVector shift = FloatVector.fromArray(SPECIES, coefficients, first + 2 * channels + c);
                FloatVector deviation =
                        FloatVector.fromArray(SPECIES, x, from + c).sub(mean);
                deviation.fma(scale, shift).intoArray(y, to + c);
            }
            for (; c < channels; c++) {
                float scale = coefficients[first + channels + c];
                float shift = coefficients[first + 2 * channels + c];
                y[to + c] = Math.fma(x[from + c] - coefficients[first + c], scale, shift);
            }
        }
    }

    /** One row's gradient before SiLU, and what it adds to Σ g and Σ g (x − mean), in whole vectors. */
    private static void siluGradients(
            int channels,
            float[] x,
            int xOffset,
            float[] dy,
            int dyOffset,
            float[] g,
            int gOffset,
            float[] coefficients,
            int first,
            float[] chunk) {
        for (int c = 0; c < channels; c += LANES) {
            FloatVector mean = FloatVector.fromArray(SPECIES, coefficients, first + c);
            FloatVector scale = FloatVector.fromArray(SPECIES, coefficients, first + channels + c);
            FloatVector shift = FloatVector.fromArray(SPECIES, coefficients, first + 2 * channels + c);
            FloatVector deviation =
                    FloatVector.fromArray(SPECIES, x, xOffset + c).sub(mean);
            FloatVector gradient = SimdMath.siluDerivative(deviation.fma(scale, shift))
                    .mul(FloatVector.fromArray(SPECIES, dy, dyOffset + c));
            gradient.intoArray(g, gOffset + c);
            FloatVector.fromArray(SPECIES, chunk, c).add(gradient).intoArray(chunk, c);
            gradient.fma(deviation, FloatVector.fromArray(SPECIES, chunk, channels + c))
                    .intoArray(chunk, channels + c);
        }
    }

    /** Adds what some rows give to Σ g and Σ g (x − mean). */
    private static void addGradients(
            int channels,
            int positions,
            float[] x,
            int xOffset,
            float[] g,
            int gOffset,
            float[] coefficients,
            int first,
            float[] chunk) {
        int p = 0;
        for (; p <= positions - ROWS; p += ROWS) {
            int at = p * channels;
            addRows(channels, x, xOffset + at, g, gOffset + at, coefficients, first, chunk);
        }
        for (; p < positions; p++) {
            int at = p * channels;
            addRow(0, channels, x, xOffset + at, g, gOffset + at, coefficients, first, chunk);
        }
    }

    private static void addRows(
            int channels,
            float[] x,
            int xOffset,
            float[] g,
            int gOffset,
            float[] coefficients,
            int first,
            float[] chunk) {
        int c = 0;
        for (; c <= channels - LANES; c += LANES) {
            int at = xOffset + c;
            int from = gOffset + c;
            FloatVector mean = FloatVector.fromArray(SPECIES, coefficients, first + c);
            FloatVector d0 = FloatVector.fromArray(SPECIES, x, at).sub(mean);
            FloatVector d1 = FloatVector.fromArray(SPECIES, x, at + channels).sub(mean);
            FloatVector d2 =
                    FloatVector.fromArray(SPECIES, x, at + 2 * channels).sub(mean);
            FloatVector d3 =
                    FloatVector.fromArray(SPECIES, x, at + 3 * channels).sub(mean);
            FloatVector g0 = FloatVector.fromArray(SPECIES, g, from);
            FloatVector g1 = FloatVector.fromArray(SPECIES, g, from + channels);
            FloatVector g2 = FloatVector.fromArray(SPECIES, g, from + 2 * channels);
            FloatVector g3 = FloatVector.fromArray(SPECIES, g, from + 3 * channels);
            FloatVector.fromArray(SPECIES, chunk, c)
                    .add(g0.add(g1).add(g2.add(g3)))
                    .intoArray(chunk, c);
            FloatVector.fromArray(SPECIES, chunk, channels + c)
                    .add(g0.fma(d0, g1.mul(d1)).add(g2.fma(d2, g3.mul(d3))))
                    .intoArray(chunk, channels + c);
        }
        for (int r = 0; c < channels && r < ROWS; r++) {
            int row = r * channels;
            addRow(c, channels, x, xOffset + row, g, gOffset + row, coefficients, first, chunk);
        }
    }

    /** The channels of one row from {@code c} on. */
    private static void addRow(
            int c,
            int channels,
            float[] x,
            int xOffset,
            float[] g,
            int gOffset,
            float[] coefficients,
            int first,
            float[] chunk) {
        for (; c <= channels - LANES; c += LANES) {
            FloatVector gradient = FloatVector.fromArray(SPECIES, g, gOffset + c);
            FloatVector mean = FloatVector.fromArray(SPECIES, coefficients, first + c);
            FloatVector deviation =
                    FloatVector.fromArray(SPECIES, x, xOffset + c).sub(mean);
            FloatVector.fromArray(SPECIES, chunk, c).add(gradient).intoArray(chunk, c);
            gradient.fma(deviation, FloatVector.fromArray(SPECIES, chunk, channels + c))
                    .intoArray(chunk, channels + c);
        }
        for (; c < channels; c++) {
            float gradient = g[gOffset + c];
            chunk[c] += gradient;
            chunk[channels + c] = Math.fma(gradient, x[xOffset + c] - coefficients[first + c], chunk[channels + c]);
        }
    }

    /** {@link #applyGradient} for {@link #ROWS} rows. */
    private static void applyRows(
            int channels,
            float[] x,
            int xOffset,
            float[] g,
            int gOffset,
            float[] coefficients,
            int first,
            float[] dx,
            int dxOffset) {
        int c = 0;
        for (; c <= channels - LANES; c += LANES) {
            FloatVector mean = FloatVector.fromArray(SPECIES, coefficients, first + c);
            FloatVector scale = FloatVector.fromArray(SPECIES, coefficients, first + channels + c);
            FloatVector factor = FloatVector.fromArray(SPECIES, coefficients, first + 3 * channels + c);
            FloatVector offset = FloatVector.fromArray(SPECIES, coefficients, first + 4 * channels + c);
            int at = xOffset + c;
            int from = gOffset + c;
            int to = dxOffset + c;
            FloatVector d0 = FloatVector.fromArray(SPECIES, x, at).sub(mean);
            FloatVector d1 = FloatVector.fromArray(SPECIES, x, at + channels).sub(mean);
            FloatVector d2 =
                    FloatVector.fromArray(SPECIES, x, at + 2 * channels).sub(mean);
            FloatVector d3 =
                    FloatVector.fromArray(SPECIES, x, at + 3 * channels).sub(mean);
            FloatVector g0 = FloatVector.fromArray(SPECIES, g, from);
            FloatVector g1 = FloatVector.fromArray(SPECIES, g, from + channels);
            FloatVector g2 = FloatVector.fromArray(SPECIES, g, from + 2 * channels);
            FloatVector g3 = FloatVector.fromArray(SPECIES, g, from + 3 * channels);
            g0.fma(scale, d0.fma(factor, offset)).intoArray(dx, to);
            g1.fma(scale, d1.fma(factor, offset)).intoArray(dx, to + channels);
            g2.fma(scale, d2.fma(factor, offset)).intoArray(dx, to + 2 * channels);
            g3.fma(scale, d3.fma(factor, offset)).intoArray(dx, to + 3 * channels);
        }
        for (int r = 0; c < channels && r < ROWS; r++) {
            int row = r * channels;
            applyRow(c, channels, x, xOffset + row, g, gOffset + row, coefficients, first, dx, dxOffset + row);
        }
    }

    /** The channels of one row from {@code c} on. */
    private static void applyRow(
            int c,
            int channels,
            float[] x,
            int xOffset,
            float[] g,
            int gOffset,
            float[] coefficients,
            int first,
            float[] dx,
            int dxOffset) {
        for (; c <= channels - LANES; c += LANES) {
            FloatVector mean = FloatVector.fromArray(SPECIES, coefficients, first + c);
            FloatVector scale = FloatVector.fromArray(SPECIES, coefficients, first + channels + c);
            FloatVector factor = FloatVector.fromArray(SPECIES, coefficients, first + 3 * channels + c);
            FloatVector offset = FloatVector.fromArray(SPECIES, coefficients, first + 4 * channels + c);
            FloatVector deviation =
                    FloatVector.fromArray(SPECIES, x, xOffset + c).sub(mean);
            FloatVector.fromArray(SPECIES, g, gOffset + c)
                    .fma(scale, deviation.fma(factor, offset))
                    .intoArray(dx, dxOffset + c);
        }
        for (; c < channels; c++) {
            float scale = coefficients[first + channels + c];
            float factor = coefficients[first + 3 * channels + c];
            float offset = coefficients[first + 4 * channels + c];
            float deviation = x[xOffset + c] - coefficients[first + c];
            dx[dxOffset + c] = Math.fma(g[gOffset + c], scale, Math.fma(deviation, factor, offset));
        }
    }
}
