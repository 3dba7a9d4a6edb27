package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;

/** Losses: scalars to walk back from. */
public final class LossOps {
    private LossOps() {}

    /**
     * Σₙ weightₙ · mean((prediction − target)²) over the examples n; with weights of 1/batch the mean squared error.
     *
     * @param prediction (batch, …)
     * @param target the same shape; no gradient flows into it
     * @param weights one an example
     * @return a scalar
     */
    public static Tensor squaredError(Tape tape, Tensor prediction, Tensor target, float[] weights) {
        int batch = weights.length;
        if (prediction.shape().rank() < 1
                || prediction.size(0) != batch
                || !prediction.shape().equals(target.shape())) {
            throw new IllegalArgumentException("squaredError: prediction " + prediction.shape() + ", target "
                    + target.shape() + " and " + weights.length + " weights do not fit");
        }
        int size = prediction.length() / batch;
        float[] p = prediction.data();
        float[] t = target.data();
        double loss = 0;
        for (int n = 0; n < batch; n++) {
            double sum = 0;
            for (int i = n * size; i < (n + 1) * size; i++) {
                double difference = (double) p[i] - t[i];
                sum += difference * difference;
            }
            loss += weights[n] * sum / size;
        }
        return tape.record(
                scalar(tape, loss),
                dy -> tape.addGradient(prediction, dp -> {
                    for (int n = 0; n < batch; n++) {
                        float factor = 2 * dy[0] * weights[n] / size;
                        for (int i = n * size; i < (n + 1) * size; i++) {
                            dp[i] = factor * (p[i] - t[i]);
                        }
                    }
                }),
                prediction);
    }

    /** mean(|prediction − target|); no gradient flows into the target. */
    public static Tensor absoluteError(Tape tape, Tensor prediction, Tensor target) {
        if (!prediction.shape().equals(target.shape())) {
            throw new IllegalArgumentException(
                    "absoluteError: prediction " + prediction.shape() + " and target " + target.shape() + " differ");
        }
        float[] p = prediction.data();
        float[] t = target.data();
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            sum += Math.abs(p[i] - t[i]);
        }
        return tape.record(
                scalar(tape, sum / p.length),
                dy -> tape.addGradient(prediction, dp -> {
                    float factor = dy[0] / p.length;
                    for (int i = 0; i < dp.length; i++) {
                        dp[i] = factor * Math.signum(p[i] - t[i]);
                    }
                }),
                prediction);
    }

    /**
     * Mean over the examples of KL(N(mean, e^logVariance) ‖ N(0, 1)), summed over the elements of an example (Kingma and
     * Welling 2014, appendix B).
     *
     * @param mean (batch, …)
     * @param logVariance the same shape
     */
    public static Tensor klDivergence(Tape tape, Tensor mean, Tensor logVariance) {
        if (mean.shape().rank() < 1 || !mean.shape().equals(logVariance.shape())) {
            throw new IllegalArgumentException("klDivergence: mean " + mean.shape() + " and log variance "
                    + logVariance.shape() + " must have one shape, (batch, …)");
        }
        int batch = mean.size(0);
        double sum = 0;
        for (int i = 0; i < mean.length(); i++) {
            double m = mean.get(i);
            double v = logVariance.get(i);
            sum += 0.5 * (m * m + Math.exp(v) - 1 - v);
        }
        return tape.record(
                scalar(tape, sum / batch),
                dy -> {
                    float factor = dy[0] / batch;
                    tape.addGradient(mean, dm -> {
                        for (int i = 0; i < dm.length; i++) {
                            dm[i] = factor * mean.get(i);
                        }
                    });
                    tape.addGradient(logVariance, dv -> {
                        for (int i = 0; i < dv.length; i++) {
                            dv[i] = (float) (0.5 * factor * (Math.exp(logVariance.get(i)) - 1));
                        }
                    });
                },
                mean,
                logVariance);
    }

    /**
     * Mean cross-entropy of rows of logits against classes; rows whose target is −1 count neither above nor below.
     *
     * @param logits (rows, classes), or any shape whose last dimension is the classes
     */
    public static Tensor crossEntropy(Tape tape, Tensor logits, int[] targets) {
        int rows = logits.shape().rows();
        int classes = logits.shape().last();
        if (targets.length != rows) {
            throw new IllegalArgumentException(
                    "crossEntropy: logits " + logits.shape() + " need " + rows + " targets, got " + targets.length);
        }
        int counted = 0;
        for (int target : targets) {
            if (target < -1 || target >= classes) {
                throw new IllegalArgumentException(
                        "crossEntropy: target " + target + " is not one of " + classes + " classes, nor −1 for none");
            }
            counted += target >= 0 ? 1 : 0;
        }
        float[] losses = tape.buffer(rows);
        float[] gradient = tape.buffer(logits.length());
        tape.kernels()
                .softmax()
                .crossEntropy(tape.workers(), rows, classes, logits.data(), 0, targets, losses, gradient, 0);
        double sum = tape.kernels().elementwise().sum(tape.workers(), rows, losses, 0);
        float scale = 1f / Math.max(1, counted);
        return tape.record(
                scalar(tape, sum * scale),
                dy -> tape.addGradient(
                        logits,
                        dx -> tape.kernels()
                                .elementwise()
                                .affine(tape.workers(), dx.length, scale * dy[0], 0, gradient, 0, dx, 0)),
                logits);
    }

    private static Tensor scalar(Tape tape, double value) {
        Tensor result = tape.allocate(Shape.of());
        result.data()[0] = (float) value;
        return result;
    }
}
