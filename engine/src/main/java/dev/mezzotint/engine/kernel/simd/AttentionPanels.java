package dev.mezzotint.engine.kernel.simd;

import static dev.mezzotint.engine.kernel.simd.TileProduct.LANES;
import static dev.mezzotint.engine.kernel.simd.TileProduct.PANEL;
import static dev.mezzotint.engine.kernel.simd.TileProduct.SPECIES;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;

/**
 * What both directions of attention do with panels: a block of up to {@link TileProduct#PANEL} queries stands transposed,
 * one query a lane, so that maxima and sums over keys run down the lanes and no head width needs a mask.
 */
final class AttentionPanels {
    /** Scores are kept in units of log₂, so that a power of two stands for the exponential. */
    static final float LOG2_E = 1.44269504f;

    // Read from PANEL − r on, this hides the lanes 0 … r−1: the queries that come before key r of the block.
    private static final float[] HIDDEN_THEN_SEEN = new float[2 * PANEL];

    static {
        Arrays.fill(HIDDEN_THEN_SEEN, 0, PANEL, Float.NEGATIVE_INFINITY);
    }

    private AttentionPanels() {}

    /** Panel (width, PANEL) from {@code count} rows of {@code width} floats, times a factor; lanes left over are zero. */
    static void transposeIn(
            int count, int width, float factor, float[] source, int offset, int stride, float[] panel, int panelAt) {
        if (count < PANEL) {
            Arrays.fill(panel, panelAt, panelAt + width * PANEL, 0f);
        }
        if (Transposition.covers(count, width)) {
            Transposition.ofThread().toPanel(count, width, factor, source, offset, stride, panel, panelAt);
            return;
        }
        if (OctetTransposition.covers(count, width)) {
            OctetTransposition.toPanel(count, width, factor, source, offset, stride, panel, panelAt);
            return;
        }
        for (int i = 0; i < count; i++) {
            int row = offset + i * stride;
            for (int c = 0; c < width; c++) {
                panel[panelAt + c * PANEL + i] = source[row + c] * factor;
            }
        }
    }

    /** {@code count} rows of {@code width} floats from a panel (width, PANEL), each row times its own factor. */
    static void transposeOut(
            int count, int width, float[] factors, float[] panel, int panelAt, float[] target, int offset, int stride) {
        if (Transposition.covers(count, width)) {
            Transposition.ofThread().fromPanel(count, width, factors, panel, panelAt, target, offset, stride);
            return;
        }
        if (OctetTransposition.covers(count, width)) {
            OctetTransposition.fromPanel(count, width, factors, panel, panelAt, target, offset, stride);
            return;
        }
        for (int i = 0; i < count; i++) {
            int row = offset + i * stride;
            float factor = factors[i];
            for (int c = 0; c < width; c++) {
                target[row + c] = panel[panelAt + c * PANEL + i] * factor;
            }
        }
    }

    /**
     * Makes the scores −∞ where the key comes after the query.
     *
     * @param firstQuery number of the query in lane 0
     * @param firstKey number of the key in row 0 of the scores (keys, PANEL)
     */
    static void hideFuture(int firstQuery, int firstKey, int keys, int vectors, float[] scores) {
        for (int key = Math.max(0, firstQuery - firstKey + 1); key < keys; key++) {
            int hidden = Math.min(PANEL, firstKey + key - firstQuery);
            for (int lane = 0; lane < vectors * LANES; lane += LANES) {
                int at = key * PANEL + lane;
                FloatVector.fromArray(SPECIES, scores, at)
                        .add(FloatVector.fromArray(SPECIES, HIDDEN_THEN_SEEN, PANEL - hidden + lane))
                        .intoArray(scores, at);
            }
        }
    }
}
