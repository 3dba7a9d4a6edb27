package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/** Multiply-adds from registers alone: what the units can do, and so the limit that other kernels are held against. */
public interface PeakKernel {
    /** Multiplications and additions in a round. */
    int flopsPerRound();

    /** Computes v ← 0.999 v + 0.001 in independent chains and returns the sum of all v, which tends to their number. */
    float run(int rounds);

    /**
     * The best of some short runs on all threads at once: a tenth of a second of work.
     *
     * @return multiplications and additions a nanosecond, or GFLOP/s
     */
    default double measure(Workers workers) {
        int rounds = 50_000;
        float[] sums = new float[workers.threads()];
        long shortest = Long.MAX_VALUE;
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < 100_000_000) {
            long start = System.nanoTime();
            workers.run(sums.length, task -> sums[task] = run(rounds));
            shortest = Math.min(shortest, System.nanoTime() - start);
        }
        if (!(sums[0] > 0)) {
            throw new ArithmeticException("peak: the chains came to " + sums[0] + ", which multiply-adds cannot give");
        }
        return (double) sums.length * rounds * flopsPerRound() / shortest;
    }
}
