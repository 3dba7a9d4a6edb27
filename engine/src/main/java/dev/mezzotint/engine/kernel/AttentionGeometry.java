package dev.mezzotint.engine.kernel;

/**
 * Shape of a multi-head attention. Queries (batch, queries, heads · width), keys and values (batch, keys, heads ·
 * width); head h uses columns h · width to (h + 1) · width.
 *
 * @param width columns of one head
 * @param scale factor of the scores, usually 1/√width
 * @param causal whether query i sees keys 0 to i only (needs queries == keys)
 */
public record AttentionGeometry(int batch, int heads, int queries, int keys, int width, float scale, boolean causal) {
    /** Refuses sizes that are not positive and a causal mask over unequal lengths. */
    public AttentionGeometry {
        if (batch < 1 || heads < 1 || queries < 1 || keys < 1 || width < 1) {
            throw new IllegalArgumentException("attention: every size must be positive, got batch " + batch + ", heads "
                    + heads + ", queries " + queries + ", keys " + keys + ", width " + width);
        }
        if (causal && queries != keys) {
            throw new IllegalArgumentException(
                    "attention: a causal mask needs as many keys as queries, got " + keys + " and " + queries);
        }
    }

    /** Columns of a row of queries, keys or values. */
    public int rowWidth() {
        return heads * width;
    }

    /** Multiplications and additions of the two products of the forward pass. */
    public long flops() {
        return 4L * batch * heads * queries * keys * width;
    }
}
