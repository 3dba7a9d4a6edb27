package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.Blocks;
import dev.mezzotint.engine.kernel.NormGeometry;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Norm over the rows of a (rows, width) matrix, lanes along the row. Some rows are taken together, step by step: the sum of one
 * row's lanes is a chain of additions, during which the next rows' go on.
 */
final class SimdLayerNorm {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /** Values at the head of a row whose average is its pivot. */
    private static final int HEAD = 16;

    /** Elements that a lane-wise float sum covers before it goes on in double precision. */
    private static final int CHUNK = 1024;

    /** Rows whose parameter gradients are summed in float before they go on in double precision; the most taken together. */
    static final int BAND = 16;

    /** Elements read for the rows taken together: 4 KiB. Memory is read ahead while the last such rows are written. */
    private static final int BAND_ELEMENTS = 1024;

    /** Elements of a block of rows in the backward pass; each block has its own sums for the parameters. */
    private static final int BACKWARD_BLOCK = 65536;

    private final ThreadLocal<NormScratch> scratch;

    SimdLayerNorm(ThreadLocal<NormScratch> scratch) {
        this.scratch = scratch;
    }

    /** See {@link SimdNorm#forward}. */
    void forward(
            Workers workers,
            NormGeometry g,
            float[] x,
            int xOffset,
            float[] gamma,
            float[] beta,
            float[] y,
            int yOffset,
            float[] mean,
            float[] rstd) {
        int width = g.channels();
        Blocks.run(workers, g.batch(), Blocks.rows(width), (from, to) -> {
            NormScratch own = scratch.get();
            float[] lanes = own.chunk(2 * BAND * LANES);
            double[] sums = own.rowSums;
            float[] pivots = own.pivots;
            int most = Math.clamp(BAND_ELEMENTS / width, 1, BAND);
            for (int band = from; band < to; band += most) {
                int rows = Math.min(most, to - band);
                int at = xOffset + band * width;
                for (int r = 0; r < rows; r++) {
                    pivots[r] = pivot(width, x, at + r * width);
                }
                moments(rows, width, x, at, pivots, lanes, sums);
                for (int r = 0; r < rows; r++) {
                    double offset = sums[r] / width;
                    double average = pivots[r] + offset;
                    double variance = Math.max(0, sums[BAND + r] / width - offset * offset);
                    double scale = 1 / Math.sqrt(variance + g.epsilon());
                    float correction = (float) (((float) average - average) * scale);
                    int row = band + r;
                    mean[row] = (float) average;
                    rstd[row] = (float) scale;
                    int xRow = at + r * width;
                    affine(width, x, xRow, mean[row], rstd[row], correction, gamma, beta, y, yOffset + row * width);
                }
            }
            if (g.activation() != Activation.NONE) {
                int start = yOffset + from * width;
                SimdActivation.forwardRange(g.activation(), (to - from) * width, y, start, y, start);
            }
        });
    }

    /** See {@link SimdNorm#backward}. */
    void backward(
            Workers workers,
            NormGeometry g,
            float[] x,
            int xOffset,
            float[] gamma,
            float[] beta,
            float[] mean,
            float[] rstd,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset,
            float[] dGamma,
            float[] dBeta) {
        int width = g.channels();
        int block = Math.max(BAND, BACKWARD_BLOCK / width);
        int blocks = Blocks.count(g.batch(), block);
        boolean plain = g.activation() == Activation.NONE;
        float[] gradient = plain ? dy : dx;
        int gradientOffset = plain ? dyOffset : dxOffset;
        double[] sums = scratch.get().sums(blocks * 2 * width);
        Arrays.fill(sums, 0, blocks * 2 * width, 0);
        double inverseWidth = 1.0 / width;
        int most = Math.clamp(BAND_ELEMENTS / 2 / width, 1, BAND);
        Blocks.run(workers, g.batch(), block, (from, to) -> {
            NormScratch own = scratch.get();
            float[] chunk = own.chunk(2 * width + 2 * BAND * LANES);
            double[] rowSums = own.rowSums;
            for (int band = from; band < to; band += BAND) {
                int rows = Math.min(BAND, to - band);
                int at = band * width;
                if (!plain) {
                    for (int row = band; row < band + rows; row++) {
                        affine(
                                width,
                                x,
                                xOffset + row * width,
                                mean[row],
                                rstd[row],
                                0,
                                gamma,
                                beta,
                                dx,
                                dxOffset + row * width);
                    }
                    SimdActivation.backwardRange(
                            g.activation(), rows * width, dx, dxOffset + at, dy, dyOffset + at, dx, dxOffset + at);
                }
                Arrays.fill(chunk, 0, 2 * width, 0);
                for (int first = band; first < band + rows; first += most) {
                    int few = Math.min(most, band + rows - first);
                    int xRow = xOffset + first * width;
                    int gRow = gradientOffset + first * width;
                    projections(few, width, x, xRow, mean, rstd, first, gradient, gRow, gamma, chunk, rowSums);
                    for (int r = 0; r < few; r++) {
                        float scale = rstd[first + r];
                        double share = -scale * inverseWidth;
                        rowGradient(
                                width,
                                x,
                                xRow + r * width,
                                mean[first + r],
                                gradient,
                                gRow + r * width,
                                gamma,
                                scale,
                                (float) (share * scale * rowSums[BAND + r]),
                                (float) (share * rowSums[r]),
                                dx,
                                dxOffset + (first + r) * width);
                    }
                }
                SimdSums.accumulate(2 * width, chunk, 0, sums, band / block * 2 * width);
            }
        });
        for (int c = 0; c < width; c++) {
            double gammaSum = 0;
            double betaSum = 0;
            for (int b = 0; b < blocks; b++) {
                betaSum += sums[b * 2 * width + c];
                gammaSum += sums[b * 2 * width + width + c];
            }
            dGamma[c] = (float) (dGamma[c] + gammaSum);
            dBeta[c] = (float) (dBeta[c] + betaSum);
        }
    }

    /**
     * The average of a row's head, around which its moments are summed: no further from the row's own than √(width / HEAD)
     * deviations, whatever the values, so that little is lost when the moments correct it.
     */
    private static float pivot(int width, float[] x, int xOffset) {
        return width < HEAD ? x[xOffset] : SimdSums.sumLanes(HEAD, x, xOffset) / HEAD;
    }

    /** sums[r] = Σ (x − pivot) of row r, sums[BAND + r] = Σ (x − pivot)². */
    private static void moments(
            int rows, int width, float[] x, int xOffset, float[] pivots, float[] lanes, double[] sums) {
        Arrays.fill(sums, 0);
        for (int from = 0; from < width; from += CHUNK) {
            int to = Math.min(width, from + CHUNK);
            for (int r = 0; r < rows; r++) {
                int row = xOffset + r * width;
                FloatVector pivot = FloatVector.broadcast(SPECIES, pivots[r]);
                FloatVector sum = FloatVector.zero(SPECIES);
                FloatVector squares = FloatVector.zero(SPECIES);
                int i = from;
                for (; i <= to - LANES; i += LANES) {
                    FloatVector deviation =
                            FloatVector.fromArray(SPECIES, x, row + i).sub(pivot);
                    sum = sum.add(deviation);
                    squares = deviation.lanewise(VectorOperators.FMA, deviation, squares);
                }
                sum.intoArray(lanes, r * LANES);
                squares.intoArray(lanes, (BAND + r) * LANES);
                for (int lane = r * LANES; i < to; i++, lane++) {
                    float deviation = x[row + i] - pivots[r];
                    lanes[lane] += deviation;
                    lanes[BAND * LANES + lane] += deviation * deviation;
                }
            }
            addLanes(rows, lanes, 0, sums, 0);
            addLanes(rows, lanes, BAND * LANES, sums, BAND);
        }
    }

    /**
     * Of some rows, with x̂ = (x − mean) · rstd: sums[r] = Σ g · gamma of row r, sums[BAND + r] = Σ g · gamma · x̂; and for
     * each column, added to the head of {@code chunk}, Σ g, then Σ g · x̂. Lanes stand behind those in the chunk.
     */
    private static void projections(
            int rows,
            int width,
            float[] x,
            int xOffset,
            float[] mean,
            float[] rstd,
            int firstRow,
            float[] g,
            int gOffset,
            float[] gamma,
            float[] chunk,
            double[] sums) {
        Arrays.fill(sums, 0);
        int lanes = 2 * width;
        for (int from = 0; from < width; from += CHUNK) {
            int to = Math.min(width, from + CHUNK);
            for (int r = 0; r < rows; r++) {
                int xRow = xOffset + r * width;
                int gRow = gOffset + r * width;
                int row = firstRow + r;
                FloatVector average = FloatVector.broadcast(SPECIES, mean[row]);
                FloatVector scale = FloatVector.broadcast(SPECIES, rstd[row]);
                FloatVector sum = FloatVector.zero(SPECIES);
                FloatVector projection = FloatVector.zero(SPECIES);
                int i = from;
                for (; i <= to - LANES; i += LANES) {
                    FloatVector gradient = FloatVector.fromArray(SPECIES, g, gRow + i);
                    FloatVector normal = FloatVector.fromArray(SPECIES, x, xRow + i)
                            .sub(average)
                            .mul(scale);
                    FloatVector.fromArray(SPECIES, chunk, i).add(gradient).intoArray(chunk, i);
                    gradient.fma(normal, FloatVector.fromArray(SPECIES, chunk, width + i))
                            .intoArray(chunk, width + i);
                    FloatVector scaled = gradient.mul(FloatVector.fromArray(SPECIES, gamma, i));
                    sum = sum.add(scaled);
                    projection = scaled.fma(normal, projection);
                }
                int lane = lanes + r * LANES;
                sum.intoArray(chunk, lane);
                projection.intoArray(chunk, BAND * LANES + lane);
                for (; i < to; i++, lane++) {
                    float gradient = g[gRow + i];
                    float normal = (x[xRow + i] - mean[row]) * rstd[row];
                    chunk[i] += gradient;
                    chunk[width + i] = Math.fma(gradient, normal, chunk[width + i]);
                    chunk[lane] += gradient * gamma[i];
                    chunk[BAND * LANES + lane] += gradient * gamma[i] * normal;
                }
            }
            addLanes(rows, chunk, lanes, sums, 0);
            addLanes(rows, chunk, lanes + BAND * LANES, sums, BAND);
        }
    }

    /** Adds each row's lanes, in a fixed order, to its sum; the lanes are used up. */
    private static void addLanes(int rows, float[] lanes, int from, double[] sums, int to) {
        if (LANES == 16) {
            foldTo8(rows, lanes, from);
        }
        if (LANES >= 8) {
            foldTo4(rows, lanes, from);
        }
        for (int r = 0; r < rows; r++) {
            int at = from + 4 * r;
            sums[to + r] += (lanes[at] + lanes[at + 1]) + (lanes[at + 2] + lanes[at + 3]);
        }
    }

    /** Adds the second half of each 16 values to the first; the results stand one behind the other. */
    private static void foldTo8(int rows, float[] values, int from) {
        for (int r = 0; r < rows; r++) {
            int at = from + 16 * r;
            FloatVector.fromArray(FloatVector.SPECIES_256, values, at)
                    .add(FloatVector.fromArray(FloatVector.SPECIES_256, values, at + 8))
                    .intoArray(values, from + 8 * r);
        }
    }

    /** As {@link #foldTo8} with 8 values. */
    private static void foldTo4(int rows, float[] values, int from) {
        for (int r = 0; r < rows; r++) {
            int at = from + 8 * r;
            FloatVector.fromArray(FloatVector.SPECIES_128, values, at)
                    .add(FloatVector.fromArray(FloatVector.SPECIES_128, values, at + 4))
                    .intoArray(values, from + 4 * r);
        }
    }

    /** y = ((x − mean) · rstd + correction) · gamma + beta. */
    private static void affine(
            int width,
            float[] x,
            int xOffset,
            float mean,
            float rstd,
            float correction,
            float[] gamma,
            float[] beta,
            float[] y,
            int yOffset) {
        FloatVector scales = FloatVector.broadcast(SPECIES, rstd);
        FloatVector corrections = FloatVector.broadcast(SPECIES, correction);
        int i = 0;
        for (; i <= width - LANES; i += LANES) {
            FloatVector deviation =
                    FloatVector.fromArray(SPECIES, x, xOffset + i).sub(mean);
            FloatVector slope = FloatVector.fromArray(SPECIES, gamma, i);
            deviation
                    .lanewise(VectorOperators.FMA, scales, corrections)
                    .lanewise(VectorOperators.FMA, slope, FloatVector.fromArray(SPECIES, beta, i))
                    .intoArray(y, yOffset + i);
        }
        for (; i < width; i++) {
            y[yOffset + i] = Math.fma(Math.fma(x[xOffset + i] - mean, rstd, correction), gamma[i], beta[i]);
        }
    }

    /** dx = g · gamma · rstd + (x − mean) · factor + offset; g may be dx. */
    private static void rowGradient(
            int width,
            float[] x,
            int xOffset,
            float mean,
            float[] g,
            int gOffset,
            float[] gamma,
            float rstd,
            float factor,
            float offset,
            float[] dx,
            int dxOffset) {
        FloatVector factors = FloatVector.broadcast(SPECIES, factor);
        FloatVector offsets = FloatVector.broadcast(SPECIES, offset);
        int i = 0;
        for (; i <= width - LANES; i += LANES) {
            FloatVector deviation =
                    FloatVector.fromArray(SPECIES, x, xOffset + i).sub(mean);
            FloatVector slope = FloatVector.fromArray(SPECIES, gamma, i).mul(rstd);
            deviation
                    .lanewise(VectorOperators.FMA, factors, offsets)
                    .add(FloatVector.fromArray(SPECIES, g, gOffset + i).mul(slope))
                    .intoArray(dx, dxOffset + i);
        }
        for (; i < width; i++) {
            float slope = gamma[i] * rstd;
            dx[dxOffset + i] = Math.fma(x[xOffset + i] - mean, factor, offset) + g[gOffset + i] * slope;
        }
    }
}
