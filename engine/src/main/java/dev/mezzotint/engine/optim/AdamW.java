package dev.mezzotint.engine.optim;

import dev.mezzotint.engine.autograd.Compute;
import dev.mezzotint.engine.nn.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter 2019, algorithm 2), with PyTorch's conventions. Most parameters are
 * small, so threads take whole ones.
 */
public final class AdamW {
    /**
     * Settings of the optimiser.
     *
     * @param beta1 decay of the mean of gradients
     * @param beta2 decay of the mean of squared gradients
     * @param epsilon added to the root of the latter
     * @param weightDecay share of a weight that a step at learning rate 1 takes away
     */
    public record Settings(double beta1, double beta2, double epsilon, double weightDecay) {
        /** PyTorch's defaults. */
        public static final Settings DEFAULT = new Settings(0.9, 0.999, 1e-8, 0.01);

        /** Refuses values that make no sense. */
        public Settings {
            if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1 && epsilon > 0 && weightDecay >= 0)) {
                throw new IllegalArgumentException("AdamW: needs 0 ≤ beta < 1, epsilon > 0 and weight decay ≥ 0, got "
                        + beta1 + ", " + beta2 + ", " + epsilon + ", " + weightDecay);
            }
        }
    }

    private final List<Parameter> parameters;
    private final Settings settings;
    private final List<float[]> firstMoments = new ArrayList<>();
    private final List<float[]> secondMoments = new ArrayList<>();
    private long steps;

    /** An optimiser of the trainable ones among the parameters. */
    public AdamW(List<Parameter> parameters, Settings settings) {
        this.parameters = parameters.stream().filter(Parameter::isTrainable).toList();
        this.settings = settings;
        for (Parameter parameter : this.parameters) {
            firstMoments.add(new float[parameter.value().length()]);
            secondMoments.add(new float[parameter.value().length()]);
        }
    }

    /** The parameters that it changes. */
    public List<Parameter> parameters() {
        return parameters;
    }

    /** The Euclidean norm of all gradients together. */
    public double gradientNorm(Compute compute) {
        double[] squares = new double[parameters.size()];
        compute.workers().run(squares.length, i -> {
            float[] gradient = parameters.get(i).gradient().data();
            squares[i] =
                    compute.kernels().elementwise().dot(compute.workers(), gradient.length, gradient, 0, gradient, 0);
        });
        return Math.sqrt(Arrays.stream(squares).sum());
    }

    /**
     * One step, after which the gradients are zero. Gradients are first scaled down to the largest norm allowed, as
     * PyTorch's {@code clip_grad_norm_} does.
     *
     * @param maximumNorm of all gradients together, infinity for no limit
     * @return the norm before that
     * @throws ArithmeticException if a gradient is not finite; nothing is changed then
     */
    public double step(Compute compute, double learningRate, double maximumNorm) {
        double norm = gradientNorm(compute);
        if (!Double.isFinite(norm)) {
            throw new ArithmeticException("AdamW: the gradient of step " + (steps + 1)
                    + " is not finite; lower the learning rate or look at the data");
        }
        double scale = norm > maximumNorm ? maximumNorm / (norm + 1e-6) : 1;
        steps++;
        double correction1 = 1 - Math.pow(settings.beta1(), steps);
        double correction2 = 1 - Math.pow(settings.beta2(), steps);
        compute.workers().run(parameters.size(), i -> {
            Parameter parameter = parameters.get(i);
            float[] gradient = parameter.gradient().data();
            compute.kernels()
                    .optimizer()
                    .adamW(
                            compute.workers(),
                            gradient.length,
                            parameter.value().data(),
                            gradient,
                            firstMoments.get(i),
                            secondMoments.get(i),
                            scale,
                            learningRate,
                            settings.beta1(),
                            settings.beta2(),
                            settings.epsilon(),
                            settings.weightDecay(),
                            correction1,
                            correction2);
            parameter.gradient().fill(0);
            parameter.changed();
        });
        return norm;
    }

    /** Steps taken so far. */
    public long steps() {
        return steps;
    }

    /** Continues a count of steps; the moments are restored through their arrays. */
    public void restore(long stepsTaken) {
        steps = stepsTaken;
    }

    /** The means of gradients, one array a parameter. */
    public List<float[]> firstMoments() {
        return firstMoments;
    }

    /** The means of squared gradients, one array a parameter. */
    public List<float[]> secondMoments() {
        return secondMoments;
    }
}
