package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.PackedOperand;

/** The weights of {@link WinogradPass} before their transform. */
sealed interface WinogradOperand {
    /**
     * Transforms one block of channels for one panel of outputs.
     *
     * @param width floats of an output channel's panel, in whole vectors
     * @param u receives value (i, j) of channel c of the block at {@code uOffset + (6 i + j) * slice + c * width}
     */
    void transform(
            WinogradShape shape, int panel, int width, int block, float[] u, int uOffset, int slice, Scratch scratch);

    /**
     * As the direct algorithm has them.
     *
     * @param operand packed, its rows in the order {@code new RowOrder(9, channels)}
     */
    record Packed(PackedOperand operand) implements WinogradOperand {
        @Override
        public void transform(
                WinogradShape shape,
                int panel,
                int width,
                int block,
                float[] u,
                int uOffset,
                int slice,
                Scratch scratch) {
            int start = panel * Panels.WIDTH * 9 * shape.channels();
            WinogradWeights.transform(shape, operand, start, width, block, u, uOffset, slice, scratch);
        }
    }

    /** Transformed ahead: block after block, panel after panel; nothing is left to do. */
    record Transformed(float[] values) implements WinogradOperand {
        @Override
        public void transform(
                WinogradShape shape,
                int panel,
                int width,
                int block,
                float[] u,
                int uOffset,
                int slice,
                Scratch scratch) {}
    }

    /**
     * Turned by 180°, input and output channels exchanged: what the gradient by the input is a convolution with. The
     * convolution's outputs must be whole vectors.
     *
     * @param weight (channels, 3, 3, outputs) in terms of the gradient's shape
     */
    record Turned(float[] weight, int offset) implements WinogradOperand {
        @Override
        public void transform(
                WinogradShape shape,
                int panel,
                int width,
                int block,
                float[] u,
                int uOffset,
                int slice,
                Scratch scratch) {
            int start = offset + panel * Panels.WIDTH;
            WinogradWeights.turned(shape, weight, start, width, block, u, uOffset, slice, scratch);
        }
    }
}
