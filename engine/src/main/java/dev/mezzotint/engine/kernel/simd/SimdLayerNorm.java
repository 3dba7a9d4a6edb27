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

    /** Elements that a lane-wise float sum covers before it goes on in double precision. */
    private static final int CHUNK = 4096;

    /** Rows whose parameter gradients are summed in float before they go on in double precision; the most taken together. */
    static final int BAND = 16;

    /** Elements of the rows taken together: they stay in the first-level cache. */
    private static final int BAND_ELEMENTS = 8192;

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
                // The pivots need not be exact: the moments around them correct them.
                rowSums(rows, width, x, at, lanes, sums);
                for (int r = 0; r < rows; r++) {
                    pivots[r] = (float) (sums[r] / width);
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
        Blocks.run(workers, g.batch(), block, (from, to) -> {
            NormScratch own = scratch.get();
            float[] chunk = own.chunk(2 * Math.max(width, BAND * LANES));
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
                bandSums(width, band, rows, x, xOffset, gradient, gradientOffset, mean, rstd, chunk);
                SimdSums.accumulate(2 * width, chunk, 0, sums, band / block * 2 * width);
                projections(
                        rows, width, x, xOffset + at, mean, band, gradient, gradientOffset + at, gamma, chunk, rowSums);
                for (int row = band; row < band + rows; row++) {
                    int xRow = xOffset + row * width;
                    int gRow = gradientOffset + row * width;
                    double scale = rstd[row];
                    float factor = (float) (-scale * scale * scale * rowSums[BAND + row - band] / width);
                    float offset = (float) (-scale * rowSums[row - band] / width);
                    rowGradient(
                            width,
                            x,
                            xRow,
                            mean[row],
                            gradient,
                            gRow,
                            gamma,
                            rstd[row],
                            factor,
                            offset,
                            dx,
                            dxOffset + row * width);
                }
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

    /** sums[r] = Σ x of row r. */
    private static void rowSums(int rows, int width, float[] x, int xOffset, float[] lanes, double[] sums) {
        Arrays.fill(sums, 0);
        for (int from = 0; from < width; from += CHUNK) {
            int to = Math.min(width, from + CHUNK);
            for (int r = 0; r < rows; r++) {
                int row = xOffset + r * width;
                FloatVector sum = FloatVector.zero(SPECIES);
                int i = from;
                for (; i <= to - LANES; i += LANES) {
                    sum = sum.add(FloatVector.fromArray(SPECIES, x, row + i));
                }
                sum.intoArray(lanes, r * LANES);
                for (int lane = r * LANES; i < to; i++, lane++) {
                    lanes[lane] += x[row + i];
                }
            }
            addLanes(rows, lanes, 0, sums, 0);
        }
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

    /** sums[r] = Σ g · gamma of row r, sums[BAND + r] = Σ g · gamma · (x − mean). */
    private static void projections(
            int rows,
            int width,
            float[] x,
            int xOffset,
            float[] mean,
            int firstRow,
            float[] g,
            int gOffset,
            float[] gamma,
            float[] lanes,
            double[] sums) {
        Arrays.fill(sums, 0);
        for (int from = 0; from < width; from += CHUNK) {
            int to = Math.min(width, from + CHUNK);
            for (int r = 0; r < rows; r++) {
                int xRow = xOffset + r * width;
                int gRow = gOffset + r * width;
                FloatVector average = FloatVector.broadcast(SPECIES, mean[firstRow + r]);
                FloatVector sum = FloatVector.zero(SPECIES);
                FloatVector projection = FloatVector.zero(SPECIES);
                int i = from;
                for (; i <= to - LANES; i += LANES) {
                    FloatVector scaled =
                            FloatVector.fromArray(SPECIES, g, gRow + i).mul(FloatVector.fromArray(SPECIES, gamma, i));
                    FloatVector deviation =
                            FloatVector.fromArray(SPECIES, x, xRow + i).sub(average);
                    sum = sum.add(scaled);
                    projection = scaled.lanewise(VectorOperators.FMA, deviation, projection);
                }
                sum.intoArray(lanes, r * LANES);
                projection.intoArray(lanes, (BAND + r) * LANES);
                for (int lane = r * LANES; i < to; i++, lane++) {
                    float scaled = g[gRow + i] * gamma[i];
                    lanes[lane] += scaled;
                    lanes[BAND * LANES + lane] += scaled * (x[xRow + i] - mean[firstRow + r]);
                }
            }
            addLanes(rows, lanes, 0, sums, 0);
            addLanes(rows, lanes, BAND * LANES, sums, BAND);
        }
    }

    /** Adds each row's lanes, in a fixed order, to its sum. */
    private static void addLanes(int rows, float[] lanes, int from, double[] sums, int to) {
        for (int r = 0; r < rows; r++) {
            sums[to + r] += SimdSums.sumLanes(LANES, lanes, from + r * LANES);
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

    /** chunk = Σ g, then Σ g · (x − mean) · rstd, for each column of a band of rows. */
    private static void bandSums(
            int width,
            int band,
            int rows,
            float[] x,
            int xOffset,
            float[] g,
            int gOffset,
            float[] mean,
            float[] rstd,
            float[] chunk) {
        int c = 0;
        for (; c <= width - LANES; c += LANES) {
            FloatVector sum = FloatVector.zero(SPECIES);
            FloatVector projection = FloatVector.zero(SPECIES);
            for (int row = band; row < band + rows; row++) {
                int at = row * width + c;
                FloatVector gradient = FloatVector.fromArray(SPECIES, g, gOffset + at);
                FloatVector deviation =
                        FloatVector.fromArray(SPECIES, x, xOffset + at).sub(mean[row]);
                sum = sum.add(gradient);
                projection = gradient.lanewise(VectorOperators.FMA, deviation.mul(rstd[row]), projection);
            }
            sum.intoArray(chunk, c);
            projection.intoArray(chunk, width + c);
        }
        for (; c < width; c++) {
            float sum = 0;
            float projection = 0;
            for (int row = band; row < band + rows; row++) {
                int at = row * width + c;
                sum += g[gOffset + at];
                projection = Math.fma(g[gOffset + at], (x[xOffset + at] - mean[row]) * rstd[row], projection);
            }
            chunk[c] = sum;
            chunk[width + c] = projection;
        }
    }
}
