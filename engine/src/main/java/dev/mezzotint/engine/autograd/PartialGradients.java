package dev.mezzotint.engine.autograd;

import dev.mezzotint.engine.kernel.Kernels;
import dev.mezzotint.engine.tensor.Tensor;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gradients by parameters that come from a part of a batch, kept apart while other parts are computed on other threads. One
 * tape at a time adds to them.
 */
public final class PartialGradients {
    /** By the parameter's own gradient. */
    private final Map<Tensor, float[]> sums = new IdentityHashMap<>();

    /** No gradients yet. */
    public PartialGradients() {}

    /** This part's share of a parameter's gradient. */
    float[] sum(Tensor gradient) {
        return sums.computeIfAbsent(gradient, own -> new float[own.length()]);
    }

    /**
     * Adds these parts to the parameters' own gradients, in this order whatever the number of threads, and begins them anew
     * with zeros.
     */
    public static void addUp(Compute compute, List<PartialGradients> parts) {
        Kernels kernels = compute.kernels();
        List<Tensor> gradients = parts.stream()
                .flatMap(part -> part.sums.keySet().stream())
                .distinct()
                .toList();
        compute.workers().run(gradients.size(), i -> {
            Tensor gradient = gradients.get(i);
            for (PartialGradients part : parts) {
                float[] sum = part.sums.get(gradient);
                if (sum != null) {
                    kernels.elementwise().axpy(compute.workers(), sum.length, 1, sum, 0, gradient.data(), 0);
                    Arrays.fill(sum, 0);
                }
            }
        });
    }
}
