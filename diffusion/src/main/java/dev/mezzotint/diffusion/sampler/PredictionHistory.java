package dev.mezzotint.diffusion.sampler;

/** The latest predictions of a run, as a multistep method combines them. Allocates nothing after construction. */
final class PredictionHistory {
    private final float[][] ring;
    private int newest;
    private int size;

    /** Room for {@code capacity} predictions of {@code length} values. */
    PredictionHistory(int capacity, int length) {
        ring = new float[capacity][length];
    }

    void clear() {
        size = 0;
    }

    /** How many there are. */
    int size() {
        return size;
    }

    /** Makes room for one more, forgetting the oldest where there is none; the caller fills it. */
    float[] add() {
        newest = (newest + 1) % ring.length;
        size = Math.min(size + 1, ring.length);
        return ring[newest];
    }

    /** The newest but {@code i}. */
    float[] back(int i) {
        return ring[(newest - i + ring.length) % ring.length];
    }

    /**
     * {@code scale · base + Σ weights[k] · back(k)} over the first {@code count} predictions.
     *
     * @param out receives the sum; may be {@code base}
     */
    void combine(double scale, float[] base, double[] weights, int count, float[] out) {
        for (int i = 0; i < out.length; i++) {
            double sum = scale * base[i];
            for (int k = 0; k < count; k++) {
                sum += weights[k] * back(k)[i];
            }
            out[i] = (float) sum;
        }
    }
}
