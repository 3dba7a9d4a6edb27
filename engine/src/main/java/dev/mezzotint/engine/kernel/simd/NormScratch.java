package dev.mezzotint.engine.kernel.simd;

/** Arrays that a norm keeps for each thread, grown on demand, so that a steady state allocates none. */
final class NormScratch {
    /** What the tasks of one call share. */
    private double[] sums = {};

    private float[] coefficients = {};

    /** What one task needs for itself; apart from the others, because the caller runs tasks too. */
    private float[] chunk = {};

    /** Two sums for each of the rows that one task takes together. */
    final double[] rowSums = new double[2 * SimdLayerNorm.BAND];

    /** A pivot for each of them. */
    final float[] pivots = new float[SimdLayerNorm.BAND];

    double[] sums(int length) {
        if (sums.length < length) {
            sums = new double[length];
        }
        return sums;
    }

    float[] coefficients(int length) {
        coefficients = Scratch.reserve(coefficients, length);
        return coefficients;
    }

    float[] chunk(int length) {
        chunk = Scratch.reserve(chunk, length);
        return chunk;
    }
}
