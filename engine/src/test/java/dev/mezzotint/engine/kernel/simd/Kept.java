package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.PackedOperand;

/** The precisions that a packed operand is kept in. */
enum Kept {
    FLOATS,
    HALVES,
    BRAIN_HALVES;

    /** Rounds values so that every precision holds them without a loss: 5 bits of significand, exponents near 0. */
    static float[] representable(float[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = Math.round(values[i] * 32) / 32f;
        }
        return rounded;
    }

    PackedOperand keep(float[] packed) {
        return switch (this) {
            case FLOATS -> new PackedOperand.Floats(packed);
            case HALVES -> {
                short[] halves = new short[packed.length];
                for (int i = 0; i < packed.length; i++) {
                    halves[i] = Float.floatToFloat16(packed[i]);
                }
                yield new PackedOperand.Halves(halves);
            }
            case BRAIN_HALVES -> {
                short[] halves = new short[packed.length];
                for (int i = 0; i < packed.length; i++) {
                    halves[i] = (short) (Float.floatToRawIntBits(packed[i]) >>> 16);
                }
                yield new PackedOperand.BrainHalves(halves);
            }
        };
    }
}
