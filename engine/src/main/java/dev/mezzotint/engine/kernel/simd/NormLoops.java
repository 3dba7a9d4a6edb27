package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Activation;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The inner loops of group norm over one slab of (positions, channels). They go through chunks that stay in the
 * first-level cache; within a chunk a vector of channels walks down the positions and sums in float, and the chunks are
 * added in double precision.
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

    private static void pivots(int channels, int positions, float[] x, int xOffset, float[] pivots, int pivotsOffset) {
        for (int c = 0; c < channels; c += LANES) {
            VectorMask<Float> mask = SPECIES.indexInRange(c, channels);
            FloatVector sum = FloatVector.zero(SPECIES);
            for (int p = 0; p < positions; p++) {
                sum = sum.add(FloatVector.fromArray(SPECIES, x, xOffset + p * channels + c, mask));
            }
            sum.div(positions).intoArray(pivots, pivotsOffset + c, mask);
        }
    }

    private static void chunkMoments(
            int channels, int positions, float[] x, int xOffset, float[] chunk, int pivotsOffset) {
        for (int c = 0; c < channels; c += LANES) {
            VectorMask<Float> mask = SPECIES.indexInRange(c, channels);
            FloatVector pivot = FloatVector.fromArray(SPECIES, chunk, pivotsOffset + c, mask);
            FloatVector sum = FloatVector.zero(SPECIES);
            FloatVector squares = FloatVector.zero(SPECIES);
            for (int p = 0; p < positions; p++) {
                FloatVector deviation =
                        FloatVector.fromArray(SPECIES, x, xOffset + p * channels + c, mask).sub(pivot);
                sum = sum.add(deviation);
                squares = deviation.lanewise(VectorOperators.FMA, deviation, squares);
            }
            sum.intoArray(chunk, c, mask);
            squares.intoArray(chunk, channels + c, mask);
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
        for (int c = 0; c < channels; c += LANES) {
            VectorMask<Float> mask = SPECIES.indexInRange(c, channels);
            FloatVector mean = FloatVector.fromArray(SPECIES, coefficients, first + c, mask);
            FloatVector scale = FloatVector.fromArray(SPECIES, coefficients, first + channels + c, mask);
            FloatVector shift = FloatVector.fromArray(SPECIES, coefficients, first + 2 * channels + c, mask);
            for (int p = 0; p < positions; p++) {
                int at = p * channels + c;
                FloatVector.fromArray(SPECIES, x, xOffset + at, mask)
                        .sub(mean)
                        .lanewise(VectorOperators.FMA, scale, shift)
                        .intoArray(y, yOffset + at, mask);
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
        for (int c = 0; c < channels; c += LANES) {
            VectorMask<Float> mask = SPECIES.indexInRange(c, channels);
            FloatVector mean = FloatVector.fromArray(SPECIES, coefficients, first + c, mask);
            FloatVector sum = FloatVector.zero(SPECIES);
            FloatVector projection = FloatVector.zero(SPECIES);
            for (int p = 0; p < positions; p++) {
                int at = p * channels + c;
                FloatVector gradient = FloatVector.fromArray(SPECIES, g, gOffset + at, mask);
                FloatVector deviation = FloatVector.fromArray(SPECIES, x, xOffset + at, mask).sub(mean);
                sum = sum.add(gradient);
                projection = gradient.lanewise(VectorOperators.FMA, deviation, projection);
            }
            sum.intoArray(chunk, c, mask);
            projection.intoArray(chunk, channels + c, mask);
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
        for (int c = 0; c < channels; c += LANES) {
            VectorMask<Float> mask = SPECIES.indexInRange(c, channels);
            FloatVector mean = FloatVector.fromArray(SPECIES, coefficients, first + c, mask);
            FloatVector scale = FloatVector.fromArray(SPECIES, coefficients, first + channels + c, mask);
            FloatVector factor = FloatVector.fromArray(SPECIES, coefficients, first + 3 * channels + c, mask);
            FloatVector offset = FloatVector.fromArray(SPECIES, coefficients, first + 4 * channels + c, mask);
            for (int p = 0; p < positions; p++) {
                int at = p * channels + c;
                FloatVector gradient = FloatVector.fromArray(SPECIES, g, gOffset + at, mask);
                FloatVector.fromArray(SPECIES, x, xOffset + at, mask)
                        .sub(mean)
                        .lanewise(VectorOperators.FMA, factor, offset)
                        .add(gradient.mul(scale))
                        .intoArray(dx, dxOffset + at, mask);
            }
        }
    }
}
