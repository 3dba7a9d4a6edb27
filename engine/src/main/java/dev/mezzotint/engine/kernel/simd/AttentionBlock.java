package dev.mezzotint.engine.kernel.simd;

/**
 * A block of one head's keys and values, and attention's two products with it, for panels of queries that stand transposed
 * (see {@link AttentionPanels}). What is made of a panel has rows of {@link TileProduct#PANEL} floats.
 */
sealed interface AttentionBlock permits AttentionRows, AttentionSides {
    /** One that suits the number of vector registers, with scratch memory of its own. */
    static AttentionBlock create() {
        return Panels.NARROW ? new AttentionSides() : new AttentionRows();
    }

    /** How many panels of queries should share a block while it is in the cache. */
    int panelsTogether();

    /** How many vectors of a panel's rows are made for so many queries. */
    int vectors(int queries);

    /** Rows of a panel of results: whole tiles, where a tile writes them all. */
    int resultRows(int width);

    /**
     * Takes the next keys and values.
     *
     * @param width of the head
     * @param kAt where the first key begins; likewise {@code vAt}
     * @param stride from one key or value to the next
     */
    void take(int keys, int width, float[] k, int kAt, float[] v, int vAt, int stride);

    /**
     * Scores (keys, PANEL) of the first keys of the block, added to {@code shift} for each key.
     *
     * @param queriesAt where the panel of queries begins
     * @param shiftAt where the panel's row of what to begin with stands
     */
    void score(int keys, int vectors, float[] queries, int queriesAt, float[] shift, int shiftAt, float[] scores);

    /** Sums of the first values of the block, weighted by a panel of scores, (width, PANEL), added to the result or not. */
    void weigh(int keys, int vectors, float[] scores, float[] result, int resultAt, boolean add);

    /** Lets go of the keys and values it was given. */
    void release();
}
