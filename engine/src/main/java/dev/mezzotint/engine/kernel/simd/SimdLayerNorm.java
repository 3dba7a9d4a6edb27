package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Activation;
import dev.mezzotint.engine.kernel.Blocks;
import dev.mezzotint.engine.kernel.NormGeometry;
import dev.mezzotint.engine.parallel.Workers;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Norm over the rows of a (rows, width) matrix, lanes along the row. */
final class SimdLayerNorm {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /** Elements that a lane-wise float sum covers before it goes on in double precision. */
    private static final int CHUNK = 4096;

    /** Rows whose parameter gradients are summed in float before they go on in double precision. */
    private static final int BAND = 16;

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
            float[] lanes = scratch.get().chunk(2 * LANES);
            double[] sums = new double[2];
            for (int row = from; row < to; row++) {
                int at = xOffset + row * width;
                // The pivot need not be exact: the moments around it correct it.
                moments(width, x, at, 0, lanes, sums);
                float pivot = (float) (sums[0] / width);
                moments(width, x, at, pivot, lanes, sums);
                double offset = sums[0] / width;
                double average = pivot + offset;
                double scale = 1 / Math.sqrt(Math.max(0, sums[1] / width - offset * offset) + g.epsilon());
                float correction = (float) (((float) average - average) * scale);
                mean[row] = (float) average;
                rstd[row] = (float) scale;
                affine(width, x, at, mean[row], rstd[row], correction, gamma, beta, y, yOffset + row * width);
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
            float[] chunk = scratch.get().chunk(2 * width + 2 * LANES);
            double[] rowSums = new double[2];
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
                for (int row = band; row < band + rows; row++) {
                    int xRow = xOffset + row * width;
                    int gRow = gradientOffset + row * width;
                    projections(width, x, xRow, mean[row], gradient, gRow, gamma, chunk, rowSums);
                    double scale = rstd[row];
                    float factor = (float) (-scale * scale * scale * rowSums[1] / width);
                    float offset = (float) (-scale * rowSums[0] / width);
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

    /** result = Σ (x − pivot), Σ (x − pivot)². */
    private static void moments(int width, float[] x, int xOffset, float pivot, float[] lanes, double[] result) {
        result[0] = 0;
        result[1] = 0;
        for (int from = 0; from < width; from += CHUNK) {
            int to = Math.min(width, from + CHUNK);
            FloatVector sum = FloatVector.zero(SPECIES);
            FloatVector squares = FloatVector.zero(SPECIES);
            int i = from;
            for (; i <= to - LANES; i += LANES) {
                FloatVector deviation =
                        FloatVector.fromArray(SPECIES, x, xOffset + i).sub(pivot);
                sum = sum.add(deviation);
                squares = deviation.lanewise(VectorOperators.FMA, deviation, squares);
            }
            addLanes(sum, squares, lanes, result);
            for (; i < to; i++) {
                double deviation = x[xOffset + i] - pivot;
                result[0] += deviation;
                result[1] += deviation * deviation;
            }
        }
    }

    /** result = Σ g · gamma, Σ g · gamma · (x − mean). */
    private static void projections(
            int width,
            float[] x,
            int xOffset,
            float mean,
            float[] g,
            int gOffset,
            float[] gamma,
            float[] lanes,
            double[] result) {
        result[0] = 0;
        result[1] = 0;
        for (int from = 0; from < width; from += CHUNK) {
            int to = Math.min(width, from + CHUNK);
            FloatVector sum = FloatVector.zero(SPECIES);
            FloatVector projection = FloatVector.zero(SPECIES);
            int i = from;
            for (; i <= to - LANES; i += LANES) {
                FloatVector scaled =
                        FloatVector.fromArray(SPECIES, g, gOffset + i).mul(FloatVector.fromArray(SPECIES, gamma, i));
                FloatVector deviation =
                        FloatVector.fromArray(SPECIES, x, xOffset + i).sub(mean);
                sum = sum.add(scaled);
                projection = scaled.lanewise(VectorOperators.FMA, deviation, projection);
            }
            addLanes(sum, projection, lanes, result);
            for (; i < to; i++) {
                double scaled = (double) g[gOffset + i] * gamma[i];
                result[0] += scaled;
                result[1] += scaled * (x[xOffset + i] - mean);
            }
        }
    }

    /** Adds the lanes of two vectors, in a fixed order, to two doubles. */
    private static void addLanes(FloatVector first, FloatVector second, float[] lanes, double[] result) {
        first.intoArray(lanes, 0);
        second.intoArray(lanes, LANES);
        double a0 = 0;
        double a1 = 0;
        double b0 = 0;
        double b1 = 0;
        for (int i = 0; i < LANES; i += 2) {
            a0 += lanes[i];
            a1 += lanes[i + 1];
            b0 += lanes[LANES + i];
            b1 += lanes[LANES + i + 1];
        }
        result[0] += a0 + a1;
        result[1] += b0 + b1;
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
