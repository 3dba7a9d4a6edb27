package dev.mezzotint.engine.optim;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.nn.Parameter;
import java.util.ArrayList;
import java.util.List;

/**
 * Exponential moving average of parameters (Polyak averaging). The decay starts low, min(decay, (1 + n) / (10 + n)), so
 * that the first values are forgotten.
 */
public final class Ema {
    private final List<Parameter> parameters;
    private final List<float[]> averages = new ArrayList<>();
    private final double decay;
    private long updates;

    /** An average that starts at the parameters' present values. */
    public Ema(List<Parameter> parameters, double decay) {
        if (!(decay >= 0 && decay < 1)) {
            throw new IllegalArgumentException("EMA: the decay must be at least 0 and below 1, got " + decay);
        }
        this.parameters = List.copyOf(parameters);
        this.decay = decay;
        parameters.forEach(parameter -> averages.add(parameter.value().data().clone()));
    }

    /** Moves the average towards the present values. */
    public void update(Compute compute) {
        updates++;
        float now = (float) Math.min(decay, (1.0 + updates) / (10.0 + updates));
        compute.workers().run(averages.size(), i -> {
            float[] average = averages.get(i);
            float[] value = parameters.get(i).value().data();
            compute.kernels().optimizer().lerp(compute.workers(), average.length, now, average, value);
        });
    }

    /** Exchanges averages and present values: call it before using the average, and again after. */
    public void swap() {
        for (int i = 0; i < averages.size(); i++) {
            float[] average = averages.get(i);
            float[] value = parameters.get(i).value().data();
            float[] present = value.clone();
            System.arraycopy(average, 0, value, 0, value.length);
            System.arraycopy(present, 0, average, 0, value.length);
            parameters.get(i).changed();
        }
    }

    /** Updates so far. */
    public long updates() {
        return updates;
    }

    /** Continues a count of updates; the averages are restored through their arrays. */
    public void restore(long updatesDone) {
        updates = updatesDone;
    }

    /** The averages, one array a parameter. */
    public List<float[]> averages() {
        return averages;
    }
}
