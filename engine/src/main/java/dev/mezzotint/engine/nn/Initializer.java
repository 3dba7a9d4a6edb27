package dev.mezzotint.engine.nn;

import dev.mezzotint.engine.random.TorchGenerator;
import java.util.Arrays;

/** Fills a new parameter with its first values. */
@FunctionalInterface
public interface Initializer {
    /** Overwrites all values, drawing from the generator what it needs. */
    void fill(float[] values, TorchGenerator generator);

    /** The same value everywhere. */
    static Initializer constant(float value) {
        return (values, generator) -> Arrays.fill(values, value);
    }

    /** Normal deviates of mean 0. */
    static Initializer normal(double deviation) {
        return (values, generator) -> {
            generator.normal(values, 0, values.length);
            for (int i = 0; i < values.length; i++) {
                values[i] *= (float) deviation;
            }
        };
    }

    /** Uniform in ±1/√fanIn, PyTorch's default for linear layers and convolutions. */
    static Initializer fanIn(int fanIn) {
        float bound = (float) (1 / Math.sqrt(fanIn));
        return (values, generator) -> {
            generator.uniform(values, 0, values.length);
            for (int i = 0; i < values.length; i++) {
                values[i] = (2 * values[i] - 1) * bound;
            }
        };
    }
}
