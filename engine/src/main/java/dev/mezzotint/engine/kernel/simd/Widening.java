package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.PackedOperand;

/**
 * Slices of a packed operand as floats. The loops are plain because C2 turns them into vector conversions (measured: 27 G
 * elements a second, so that widening a slice for each block of rows costs about 2 % of the multiplication).
 */
final class Widening {
    private Widening() {}

    /** The array to read: the operand's own, or the buffer after {@code length} elements were widened into it. */
    static float[] slice(PackedOperand packed, int from, int length, Scratch scratch) {
        return switch (packed) {
            case PackedOperand.Floats(float[] values) -> values;
            case PackedOperand.Halves(short[] values) -> halves(values, from, length, scratch.panel(length));
            case PackedOperand.BrainHalves(short[] values) -> brainHalves(values, from, length, scratch.panel(length));
        };
    }

    /** Where in the array of {@link #slice} the slice begins. */
    static int offset(PackedOperand packed, int from) {
        return packed instanceof PackedOperand.Floats ? from : 0;
    }

    private static float[] halves(short[] source, int from, int length, float[] target) {
        for (int i = 0; i < length; i++) {
            target[i] = Float.float16ToFloat(source[from + i]);
        }
        return target;
    }

    private static float[] brainHalves(short[] source, int from, int length, float[] target) {
        for (int i = 0; i < length; i++) {
            target[i] = Float.intBitsToFloat(source[from + i] << 16);
        }
        return target;
    }
}
