package dev.mezzotint.bench;

import java.util.concurrent.TimeUnit;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one core's multiply-add units can do, from registers alone: the number that the other benchmarks are held against.
 * Its scalar twin is the same loop on single floats.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class FmaPeakBenchmark {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int ROUNDS = 100_000;

    /** Chains that do not wait for each other: more than latency times units. */
    private static final int CHAINS = 12;

    /** Twelve chains of vectors. */
    @Benchmark
    public float simd(FlopCounter counter) {
        counter.flops += 2.0 * CHAINS * ROUNDS * SPECIES.length();
        return vectorChains(ROUNDS);
    }

    /** Twelve chains of floats. */
    @Benchmark
    public float scalar(FlopCounter counter) {
        counter.flops += 2.0 * CHAINS * ROUNDS;
        return scalarChains(ROUNDS);
    }

    /** The best of fifty runs of the vectors on one thread, in GFLOP/s: some milliseconds of work. */
    static double measurePeak() {
        double shortest = Double.POSITIVE_INFINITY;
        float sum = 0;
        for (int run = 0; run < 50; run++) {
            long start = System.nanoTime();
            sum += vectorChains(ROUNDS);
            shortest = Math.min(shortest, System.nanoTime() - start);
        }
        // The sum is used, so that the loop cannot be left out.
        return sum == 0 ? 0 : 2.0 * CHAINS * ROUNDS * SPECIES.length() / shortest;
    }

    /** Every chain computes v ← 0.999 v + 0.001; the sum of all lanes of all chains. */
    static float vectorChains(int rounds) {
        FloatVector x = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector y = FloatVector.broadcast(SPECIES, 0.001f);
        FloatVector v0 = x;
        FloatVector v1 = x;
        FloatVector v2 = x;
        FloatVector v3 = x;
        FloatVector v4 = x;
        FloatVector v5 = x;
        FloatVector v6 = x;
        FloatVector v7 = x;
        FloatVector v8 = x;
        FloatVector v9 = x;
        FloatVector v10 = x;
        FloatVector v11 = x;
        for (int i = 0; i < rounds; i++) {
            v0 = v0.fma(x, y);
            v1 = v1.fma(x, y);
            v2 = v2.fma(x, y);
            v3 = v3.fma(x, y);
            v4 = v4.fma(x, y);
            v5 = v5.fma(x, y);
            v6 = v6.fma(x, y);
            v7 = v7.fma(x, y);
            v8 = v8.fma(x, y);
            v9 = v9.fma(x, y);
            v10 = v10.fma(x, y);
            v11 = v11.fma(x, y);
        }
        FloatVector low = v0.add(v1).add(v2).add(v3).add(v4).add(v5);
        FloatVector high = v6.add(v7).add(v8).add(v9).add(v10).add(v11);
        return low.add(high).reduceLanes(VectorOperators.ADD);
    }

    private static float scalarChains(int rounds) {
        float x = 0.999f;
        float y = 0.001f;
        float v0 = x;
        float v1 = x;
        float v2 = x;
        float v3 = x;
        float v4 = x;
        float v5 = x;
        float v6 = x;
        float v7 = x;
        float v8 = x;
        float v9 = x;
        float v10 = x;
        float v11 = x;
        for (int i = 0; i < rounds; i++) {
            v0 = Math.fma(v0, x, y);
            v1 = Math.fma(v1, x, y);
            v2 = Math.fma(v2, x, y);
            v3 = Math.fma(v3, x, y);
            v4 = Math.fma(v4, x, y);
            v5 = Math.fma(v5, x, y);
            v6 = Math.fma(v6, x, y);
            v7 = Math.fma(v7, x, y);
            v8 = Math.fma(v8, x, y);
            v9 = Math.fma(v9, x, y);
            v10 = Math.fma(v10, x, y);
            v11 = Math.fma(v11, x, y);
        }
        return v0 + v1 + v2 + v3 + v4 + v5 + v6 + v7 + v8 + v9 + v10 + v11;
    }
}
