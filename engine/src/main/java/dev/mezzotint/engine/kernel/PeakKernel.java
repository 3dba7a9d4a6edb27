package dev.mezzotint.engine.kernel;

import dev.mezzotint.engine.parallel.Workers;

/** Multiply-adds from registers alone: what the units can do, and so the limit that other kernels are held against. */
public interface PeakKernel {
    /** Multiplications and additions in a round. */
    int flopsPerRound();

    /** Both factors of every product. A power of two, so that sums are exact. */
    float FACTOR = 0x1p-10f;

    /**
     * Computes v ← v + {@link #FACTOR}², beginning at zero, in independent chains and returns the sum of all v. It is exact up
     * to 32,768 rounds.
     */
    float run(int rounds);

    /**
     * The best of many short runs on all threads at once, once the code is compiled: in a young process that takes a second
     * or two, later half a second.
     *
     * @return multiplications and additions a nanosecond, or GFLOP/s
     */
    default double measure(Workers workers) {
        // The Vector API is so slow before it is compiled that a long run would never end, and a short one shows no
        // peak.
        shortest(workers, 200, 400_000_000);
        int rounds = 30_000;
        return (double) workers.threads() * rounds * flopsPerRound() / shortest(workers, rounds, 300_000_000);
    }

    /** Nanoseconds of the shortest run, when none has been clearly shorter for a while. */
    private long shortest(Workers workers, int rounds, long patience) {
        float[] sums = new float[workers.threads()];
        long shortest = Long.MAX_VALUE;
        long improved = System.nanoTime();
        while (System.nanoTime() - improved < patience) {
            long start = System.nanoTime();
            workers.run(sums.length, task -> sums[task] = run(rounds));
            long nanos = System.nanoTime() - start;
            if (nanos < 0.98 * shortest) {
                improved = System.nanoTime();
            }
            shortest = Math.min(shortest, nanos);
        }
        float expected = rounds * (flopsPerRound() / 2) * FACTOR * FACTOR;
        if (sums[0] != expected) {
            throw new ArithmeticException("peak: the chains came to " + sums[0] + ", not " + expected);
        }
        return shortest;
    }
}
