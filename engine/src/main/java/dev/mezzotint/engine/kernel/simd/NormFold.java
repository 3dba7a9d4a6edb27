package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.NormGeometry;
import java.util.Arrays;

/**
 * From the sums of slabs and channels to the statistics of groups and the coefficients of channels, in double precision.
 * Sums stand as {@link #SUMS} rows of channels a slab, coefficients as {@link #COEFFICIENTS} rows of channels an image.
 */
final class NormFold {
    /** Rows of sums: the pivot, Σ (x − pivot), Σ (x − pivot)²; or, for gradients, unused, Σ g, Σ g (x − mean). */
    static final int SUMS = 3;

    /** Rows of coefficients: mean, scale, shift; the backward pass adds two more, the factor of x − mean and an offset. */
    static final int COEFFICIENTS = 5;

    private NormFold() {}

    /** Statistics of image n by the rule of Chan et al. (1979), and the coefficients of y = (x − mean) · scale + shift. */
    static void forward(
            NormGeometry g,
            SimdNorm.Slabs slabs,
            int n,
            double[] sums,
            float[] gamma,
            float[] beta,
            float[] mean,
            float[] rstd,
            float[] coefficients) {
        int channels = g.channels();
        int width = channels / g.groups();
        double count = (double) g.positions() * width;
        for (int group = 0; group < g.groups(); group++) {
            double total = 0;
            for (int slab = n * slabs.count(); slab < (n + 1) * slabs.count(); slab++) {
                int positions = slabs.positions(slab);
                int at = slab * SUMS * channels + group * width;
                for (int c = at; c < at + width; c++) {
                    total += positions * sums[c] + sums[c + channels];
                }
            }
            double average = total / count;
            double squares = 0;
            for (int slab = n * slabs.count(); slab < (n + 1) * slabs.count(); slab++) {
                int positions = slabs.positions(slab);
                int at = slab * SUMS * channels + group * width;
                for (int c = at; c < at + width; c++) {
                    double offset = sums[c + channels] / positions;
                    double deviation = sums[c] + offset - average;
                    squares += sums[c + 2 * channels] + positions * (deviation * deviation - offset * offset);
                }
            }
            double scale = 1 / Math.sqrt(Math.max(0, squares) / count + g.epsilon());
            mean[n * g.groups() + group] = (float) average;
            rstd[n * g.groups() + group] = (float) scale;
            int at = n * COEFFICIENTS * channels;
            for (int c = group * width; c < (group + 1) * width; c++) {
                double slope = scale * gamma[c];
                coefficients[at + c] = (float) average;
                coefficients[at + channels + c] = (float) slope;
                // What rounding took from the mean goes into the shift.
                coefficients[at + 2 * channels + c] = (float) (beta[c] + ((float) average - average) * slope);
            }
        }
    }

    /** The coefficients of {@link #forward} from the statistics it gave. */
    static void recompute(
            NormGeometry g, int n, float[] gamma, float[] beta, float[] mean, float[] rstd, float[] coefficients) {
        int channels = g.channels();
        int width = channels / g.groups();
        int at = n * COEFFICIENTS * channels;
        for (int group = 0; group < g.groups(); group++) {
            int statistic = n * g.groups() + group;
            Arrays.fill(coefficients, at + group * width, at + (group + 1) * width, mean[statistic]);
            for (int c = group * width; c < (group + 1) * width; c++) {
                coefficients[at + channels + c] = rstd[statistic] * gamma[c];
            }
        }
        System.arraycopy(beta, 0, coefficients, at + 2 * channels, channels);
    }

    /**
     * The coefficients of dx = g · scale + (x − mean) · factor + offset: with averages ⟨⟩ over the group, factor = −rstd³
     * ⟨g · gamma · (x − mean)⟩ and offset = −rstd ⟨g · gamma⟩.
     */
    static void backward(
            NormGeometry g,
            SimdNorm.Slabs slabs,
            int n,
            double[] sums,
            float[] gamma,
            float[] rstd,
            float[] coefficients) {
        int channels = g.channels();
        int width = channels / g.groups();
        double count = (double) g.positions() * width;
        for (int group = 0; group < g.groups(); group++) {
            double sum = 0;
            double projection = 0;
            for (int slab = n * slabs.count(); slab < (n + 1) * slabs.count(); slab++) {
                int at = (slab * SUMS + 1) * channels;
                for (int c = group * width; c < (group + 1) * width; c++) {
                    sum += gamma[c] * sums[at + c];
                    projection += gamma[c] * sums[at + channels + c];
                }
            }
            double scale = rstd[n * g.groups() + group];
            int at = (n * COEFFICIENTS + 3) * channels;
            Arrays.fill(coefficients, at + group * width, at + (group + 1) * width, (float)
                    (-scale * scale * scale * projection / count));
            Arrays.fill(coefficients, at + channels + group * width, at + channels + (group + 1) * width, (float)
                    (-scale * sum / count));
        }
    }

    /** Adds Σ g · (x − mean) · rstd to dGamma and Σ g to dBeta, slab after slab. */
    static void parameterGradients(
            NormGeometry g, SimdNorm.Slabs slabs, double[] sums, float[] rstd, float[] dGamma, float[] dBeta) {
        int channels = g.channels();
        int width = channels / g.groups();
        for (int c = 0; c < channels; c++) {
            double gammaSum = 0;
            double betaSum = 0;
            for (int slab = 0; slab < g.batch() * slabs.count(); slab++) {
                int at = (slab * SUMS + 1) * channels + c;
                betaSum += sums[at];
                gammaSum += sums[at + channels] * rstd[slab / slabs.count() * g.groups() + c / width];
            }
            dGamma[c] = (float) (dGamma[c] + gammaSum);
            dBeta[c] = (float) (dBeta[c] + betaSum);
        }
    }
}
