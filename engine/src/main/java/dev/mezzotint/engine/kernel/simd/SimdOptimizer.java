package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.Blocks;
import dev.mezzotint.engine.kernel.OptimizerKernel;
import dev.mezzotint.engine.parallel.Workers;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Optimiser steps on vectors. Tails go one by one through the same operations, rounded alike, so lengths do not change bits. */
public final class SimdOptimizer implements OptimizerKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /** Creates the kernel, which has no state. */
    public SimdOptimizer() {}

    /** The factors of one AdamW step, folded in double precision and then rounded once. */
    private record AdamFactors(
            float gradientScale,
            float beta1,
            float oneMinusBeta1,
            float beta2,
            float oneMinusBeta2,
            float negativeDecay,
            float negativeStep,
            float rootScale,
            float epsilon) {}

    @Override
    public void adamW(
            Workers workers,
            int length,
            float[] parameters,
            float[] gradients,
            float[] firstMoments,
            float[] secondMoments,
            double gradientScale,
            double learningRate,
            double beta1,
            double beta2,
            double epsilon,
            double weightDecay,
            double correction1,
            double correction2) {
        AdamFactors factors = new AdamFactors(
                (float) gradientScale,
                (float) beta1,
                (float) (1 - beta1),
                (float) beta2,
                (float) (1 - beta2),
                (float) (-learningRate * weightDecay),
                (float) (-learningRate / correction1),
                (float) (1 / Math.sqrt(correction2)),
                (float) epsilon);
        Blocks.run(
                workers,
                length,
                Blocks.ELEMENTS,
                (from, to) -> adamRange(factors, from, to, parameters, gradients, firstMoments, secondMoments));
    }

    @Override
    public void lerp(Workers workers, int length, float decay, float[] average, float[] value) {
        float rest = (float) (1 - (double) decay);
        Blocks.run(workers, length, Blocks.ELEMENTS, (from, to) -> {
            int i = from;
            for (; i <= to - LANES; i += LANES) {
                FloatVector old = FloatVector.fromArray(SPECIES, average, i);
                FloatVector difference =
                        FloatVector.fromArray(SPECIES, value, i).sub(old);
                difference
                        .lanewise(VectorOperators.FMA, FloatVector.broadcast(SPECIES, rest), old)
                        .intoArray(average, i);
            }
            for (; i < to; i++) {
                average[i] = Math.fma(value[i] - average[i], rest, average[i]);
            }
        });
    }

    private static void adamRange(
            AdamFactors factors,
            int from,
            int to,
            float[] parameters,
            float[] gradients,
            float[] firstMoments,
            float[] secondMoments) {
        FloatVector beta1 = FloatVector.broadcast(SPECIES, factors.beta1());
        FloatVector beta2 = FloatVector.broadcast(SPECIES, factors.beta2());
        FloatVector decay = FloatVector.broadcast(SPECIES, factors.negativeDecay());
        FloatVector rootScale = FloatVector.broadcast(SPECIES, factors.rootScale());
        FloatVector epsilon = FloatVector.broadcast(SPECIES, factors.epsilon());
        int i = from;
        for (; i <= to - LANES; i += LANES) {
            FloatVector g = FloatVector.fromArray(SPECIES, gradients, i).mul(factors.gradientScale());
            FloatVector m = FloatVector.fromArray(SPECIES, firstMoments, i)
                    .lanewise(VectorOperators.FMA, beta1, g.mul(factors.oneMinusBeta1()));
            FloatVector v = FloatVector.fromArray(SPECIES, secondMoments, i)
                    .lanewise(VectorOperators.FMA, beta2, g.mul(g).mul(factors.oneMinusBeta2()));
            FloatVector old = FloatVector.fromArray(SPECIES, parameters, i);
            FloatVector p = old.lanewise(VectorOperators.FMA, decay, old);
            FloatVector denominator = v.sqrt().lanewise(VectorOperators.FMA, rootScale, epsilon);
            p.add(m.mul(factors.negativeStep()).div(denominator)).intoArray(parameters, i);
            m.intoArray(firstMoments, i);
            v.intoArray(secondMoments, i);
        }
        for (; i < to; i++) {
            float g = gradients[i] * factors.gradientScale();
            float m = Math.fma(firstMoments[i], factors.beta1(), g * factors.oneMinusBeta1());
            float v = Math.fma(secondMoments[i], factors.beta2(), g * g * factors.oneMinusBeta2());
            float p = Math.fma(parameters[i], factors.negativeDecay(), parameters[i]);
            float denominator = Math.fma((float) Math.sqrt(v), factors.rootScale(), factors.epsilon());
            parameters[i] = p + m * factors.negativeStep() / denominator;
            firstMoments[i] = m;
            secondMoments[i] = v;
        }
    }
}
