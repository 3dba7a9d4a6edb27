package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.random.TorchGenerator;
import dev.mezzotint.engine.shape.Shape;
import dev.mezzotint.engine.tensor.Tensor;

/** Σ w·y with fixed random weights: a loss whose gradient by y is w, so that no element can hide behind another. */
record WeightedSum(float[] weights) {
    static WeightedSum of(int length) {
        float[] weights = new TorchGenerator(length).randn(length);
        for (int i = 0; i < length; i++) {
            weights[i] += weights[i] < 0 ? -0.2f : 0.2f;
        }
        return new WeightedSum(weights);
    }

    double of(float[] y) {
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
            sum += (double) weights[i] * y[i];
        }
        return sum;
    }

    Tensor on(Tape tape, Tensor y) {
        Tensor sum = tape.allocate(Shape.of());
        sum.data()[0] = (float) of(y.data());
        return tape.record(
                sum,
                gradient -> tape.addGradient(y, dy -> {
                    for (int i = 0; i < dy.length; i++) {
                        dy[i] = gradient[0] * weights[i];
                    }
                }),
                y);
    }
}
