package dev.mezzotint.engine.kernel.scalar;

import dev.mezzotint.engine.kernel.NormGeometry;
import dev.mezzotint.engine.kernel.NormKernel;
import dev.mezzotint.engine.parallel.Workers;

/** Group and layer norm as formulas, in double precision with two passes for the variance. */
public final class ScalarNorm implements NormKernel {
    /** Creates the kernel, which has no state. */
    public ScalarNorm() {}

    @Override
    public void forward(
            Workers workers,
            NormGeometry geometry,
            float[] x,
            int xOffset,
            float[] gamma,
            float[] beta,
            float[] y,
            int yOffset,
            float[] mean,
            float[] rstd) {
        int channels = geometry.channels();
        int groups = geometry.groups();
        int width = channels / groups;
        int positions = geometry.positions();
        double count = (double) positions * width;
        workers.run(geometry.batch() * groups, task -> {
            int firstChannel = task % groups * width;
            int start = task / groups * positions * channels + firstChannel;
            double sum = 0;
            for (int p = 0; p < positions; p++) {
                for (int c = 0; c < width; c++) {
                    sum += x[xOffset + start + p * channels + c];
                }
            }
            double average = sum / count;
            double squares = 0;
            for (int p = 0; p < positions; p++) {
                for (int c = 0; c < width; c++) {
                    double deviation = x[xOffset + start + p * channels + c] - average;
                    squares += deviation * deviation;
                }
            }
            double scale = 1 / Math.sqrt(squares / count + geometry.epsilon());
            for (int p = 0; p < positions; p++) {
                for (int c = 0; c < width; c++) {
                    int at = start + p * channels + c;
                    double normalised = (x[xOffset + at] - average) * scale;
                    double affine = normalised * gamma[firstChannel + c] + beta[firstChannel + c];
                    y[yOffset + at] = (float) ScalarMath.activate(geometry.activation(), affine);
                }
            }
            mean[task] = (float) average;
            rstd[task] = (float) scale;
        });
    }

    @Override
    public void backward(
            Workers workers,
            NormGeometry geometry,
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
        int groups = geometry.groups();
        int width = geometry.channels() / groups;
        // One task a group, so that each owns its channels of dGamma and dBeta over the whole batch.
        workers.run(groups, group -> {
            double[] gammaSums = new double[width];
            double[] betaSums = new double[width];
            for (int n = 0; n < geometry.batch(); n++) {
                backwardGroup(
                        geometry,
                        n,
                        group,
                        x,
                        xOffset,
                        gamma,
                        beta,
                        mean[n * groups + group],
                        rstd[n * groups + group],
                        dy,
                        dyOffset,
                        dx,
                        dxOffset,
                        gammaSums,
                        betaSums);
            }
            for (int c = 0; c < width; c++) {
                dGamma[group * width + c] += (float) gammaSums[c];
                dBeta[group * width + c] += (float) betaSums[c];
            }
        });
    }

    /**
     * With x̂ = (x − mean) · rstd and g = dy · activation′(x̂ · gamma + beta): dx = rstd · (g · gamma − ⟨g · gamma⟩ − x̂ ·
     * ⟨g · gamma · x̂⟩), ⟨⟩ being the average over the group.
     */
    private static void backwardGroup(
            NormGeometry geometry,
            int n,
            int group,
            float[] x,
            int xOffset,
            float[] gamma,
            float[] beta,
            double mean,
            double rstd,
            float[] dy,
            int dyOffset,
            float[] dx,
            int dxOffset,
            double[] gammaSums,
            double[] betaSums) {
        int channels = geometry.channels();
        int width = channels / geometry.groups();
        int positions = geometry.positions();
        int start = n * positions * channels + group * width;
        double sum = 0;
        double projection = 0;
        for (int p = 0; p < positions; p++) {
            for (int c = 0; c < width; c++) {
                int at = start + p * channels + c;
                double normalised = (x[xOffset + at] - mean) * rstd;
                double scale = gamma[group * width + c];
                double affine = normalised * scale + beta[group * width + c];
                double gradient = dy[dyOffset + at] * ScalarMath.derivative(geometry.activation(), affine);
                gammaSums[c] += gradient * normalised;
                betaSums[c] += gradient;
                sum += gradient * scale;
                projection += gradient * scale * normalised;
            }
        }
        double count = (double) positions * width;
        for (int p = 0; p < positions; p++) {
            for (int c = 0; c < width; c++) {
                int at = start + p * channels + c;
                double normalised = (x[xOffset + at] - mean) * rstd;
                double scale = gamma[group * width + c];
                double affine = normalised * scale + beta[group * width + c];
                double gradient = dy[dyOffset + at] * ScalarMath.derivative(geometry.activation(), affine);
                dx[dxOffset + at] = (float) (rstd * (gradient * scale - sum / count - normalised * projection / count));
            }
        }
    }
}
