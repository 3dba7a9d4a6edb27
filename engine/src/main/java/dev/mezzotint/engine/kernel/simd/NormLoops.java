package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Activation;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of group norm over one slab of (positions, channels). They go through chunks that stay in the
 * first-level cache; within a chunk a vector of channels walks down the positions and sums in float, and the chunks are
 * added in double precision. Channels that fill no vector are walked one by one; masked loads in these loops made the
 * whole pass two to four times as slow.
 */
final class NormLoops {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private static final int CHUNK_ELEMENTS = 4096;
    private static final int CHUNK_MOST = 64;
    private static final int CHUNK_LEAST = 16;

    private NormLoops() {}

    /** Fills three rows of sums: a pivot near the mean, Σ (x − pivot), Σ (x − pivot)². */
    static void moments(
            int channels, int positions, float[] x, int xOffset, double[] sums, int sumsOffset, float[] chunk) {
        Arrays.fill(sums, sumsOffset, sumsOffset + NormFold.SUMS * channels, 0);
        int size = chunkPositions(channels);
        pivots(channels, Math.min(size, positions), x, xOffset, chunk, 2 * channels);
        SimdSums.accumulate(channels, chunk, 2 * channels, sums, sumsOffset);
        for (int p = 0; p < positions; p += size) {
            int count = Math.min(size, positions - p);
            chunkMoments(channels, count, x, xOffset + p * channels, chunk, 2 * channels);
            SimdSums.accumulate(2 * channels, chunk, 0, sums, sumsOffset + channels);
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
            int yOffset) {
        int size = chunkPositions(channels);
        for (int p = 0; p < positions; p += size) {
            int count = Math.min(size, positions - p);
            int at = p * channels;
            affine(channels, count, x, xOffset + at, coefficients, first, y, yOffset + at);
            if (activation != Activation.NONE) {
                SimdActivation.forwardRange(activation, count * channels, y, yOffset + at, y, yOffset + at);
            }
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
        for (int p = 0; p < positions; p += size) {
            int count = Math.min(size, positions - p);
            int at = p * channels;
            if (activation == Activation.NONE) {
                chunkGradients(channels, count, x, xOffset + at, dy, dyOffset + at, coefficients, first, chunk);
            } else {
                affine(channels, count, x, xOffset + at, coefficients, first, dx, dxOffset + at);
                SimdActivation.backwardRange(
                        activation, count * channels, dx, dxOffset + at, dy, dyOffset + at, dx, dxOffset + at);
                chunkGradients(channels, count, x, xOffset + at, dx, dxOffset + at, coefficients, first, chunk);
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
        int size = chunkPositions(channels);
        for (int p = 0; p < positions; p += size) {
            int count = Math.min(size, positions - p);
            int at = p * channels;
            chunkApply(channels, count, x, xOffset + at, g, gOffset + at, coefficients, first, dx, dxOffset + at);
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

    private static void chunkMoments(
            int channels, int positions, float[] x, int xOffset, float[] chunk, int pivotsOffset) {
        int c = 0;
        for (; c <= channels - LANES; c += LANES) {
            FloatVector pivot = FloatVector.fromArray(SPECIES, chunk, pivotsOffset + c);
            FloatVector sum = FloatVector.zero(SPECIES);
            FloatVector squares = FloatVector.zero(SPECIES);
            for (int p = 0; p < positions; p++) {
                FloatVector deviation = FloatVector.fromArray(SPECIES, x, xOffset + p * channels + c)
                        .sub(pivot);
                sum = sum.add(deviation);
                squares = deviation.lanewise(VectorOperators.FMA, deviation, squares);
            }
            sum.intoArray(chunk, c);
            squares.intoArray(chunk, channels + c);
        }
        for (; c < channels; c++) {
            float sum = 0;
            float squares = 0;
            for (int p = 0; p < positions; p++) {
                float deviation = x[xOffset + p * channels + c] - chunk[pivotsOffset + c];
                sum += deviation;
                squares = Math.fma(deviation, deviation, squares);
            }
            chunk[c] = sum;
            chunk[channels + c] = squares;
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
        int c = 0;
        for (; c <= channels - LANES; c += LANES) {
            FloatVector mean = FloatVector.fromArray(SPECIES, coefficients, first + c);
            FloatVector scale = FloatVector.fromArray(SPECIES, coefficients, first + channels + c);
            FloatVector shift = FloatVector.fromArray(SPECIES, coefficients, first + 2 * channels + c);
            for (int p = 0; p < positions; p++) {
                int at = p * channels + c;
                FloatVector deviation =
                        FloatVector.fromArray(SPECIES, x, xOffset + at).sub(mean);
                deviation.lanewise(VectorOperators.FMA, scale, shift).intoArray(y, yOffset + at);
            }
        }
        for (; c < channels; c++) {
            float scale = coefficients[first + channels + c];
            float shift = coefficients[first + 2 * channels + c];
            for (int p = 0; p < positions; p++) {
                int at = p * channels + c;
                y[yOffset + at] = Math.fma(x[xOffset + at] - coefficients[first + c], scale, shift);
            }
        }
    }

    private static void chunkGradients(
            int channels,
            int positions,
            float[] x,
            int xOffset,
            float[] g,
            int gOffset,
            float[] coefficients,
            int first,
            float[] chunk) {
        int c = 0;
        for (; c <= channels - LANES; c += LANES) {
            FloatVector mean = FloatVector.fromArray(SPECIES, coefficients, first + c);
            FloatVector sum = FloatVector.zero(SPECIES);
            FloatVector projection = FloatVector.zero(SPECIES);
            for (int p = 0; p < positions; p++) {
                int at = p * channels + c;
                FloatVector gradient = FloatVector.fromArray(SPECIES, g, gOffset + at);
                FloatVector deviation =
                        FloatVector.fromArray(SPECIES, x, xOffset + at).sub(mean);
                sum = sum.add(gradient);
                projection = gradient.lanewise(VectorOperators.FMA, deviation, projection);
            }
            sum.intoArray(chunk, c);
            projection.intoArray(chunk, channels + c);
        }
        for (; c < channels; c++) {
            float sum = 0;
            float projection = 0;
            for (int p = 0; p < positions; p++) {
                int at = p * channels + c;
                sum += g[gOffset + at];
                projection = Math.fma(g[gOffset + at], x[xOffset + at] - coefficients[first + c], projection);
            }
            chunk[c] = sum;
            chunk[channels + c] = projection;
        }
    }

    private static void chunkApply(
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
        int c = 0;
        for (; c <= channels - LANES; c += LANES) {
            FloatVector mean = FloatVector.fromArray(SPECIES, coefficients, first + c);
            FloatVector scale = FloatVector.fromArray(SPECIES, coefficients, first + channels + c);
            FloatVector factor = FloatVector.fromArray(SPECIES, coefficients, first + 3 * channels + c);
            FloatVector offset = FloatVector.fromArray(SPECIES, coefficients, first + 4 * channels + c);
            for (int p = 0; p < positions; p++) {
                int at = p * channels + c;
                FloatVector gradient = FloatVector.fromArray(SPECIES, g, gOffset + at);
                FloatVector deviation =
                        FloatVector.fromArray(SPECIES, x, xOffset + at).sub(mean);
                deviation
                        .lanewise(VectorOperators.FMA, factor, offset)
                        .add(gradient.mul(scale))
                        .intoArray(dx, dxOffset + at);
            }
        }
        for (; c < channels; c++) {
            float scale = coefficients[first + channels + c];
            float factor = coefficients[first + 3 * channels + c];
            float offset = coefficients[first + 4 * channels + c];
            for (int p = 0; p < positions; p++) {
                int at = p * channels + c;
                float deviation = x[xOffset + at] - coefficients[first + c];
                dx[dxOffset + at] = Math.fma(deviation, factor, offset) + g[gOffset + at] * scale;
            }
        }
    }
}
