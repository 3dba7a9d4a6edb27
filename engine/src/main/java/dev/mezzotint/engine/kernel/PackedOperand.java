package dev.mezzotint.engine.kernel;

import java.util.Objects;

/**
 * A right operand as {@link GemmKernel#pack} lays it out, in the precision that its weights are kept in. Halves are
 * widened, which is exact, where they are used; sums are always made of floats.
 */
public sealed interface PackedOperand {
    /** An element as a float. */
    float get(int index);

    /** IEEE 754, 32 bits. */
    record Floats(float[] values) implements PackedOperand {
        /** Checks that nothing is null. */
        public Floats {
            Objects.requireNonNull(values, "values");
        }

        @Override
        public float get(int index) {
            return values[index];
        }
    }

    /** IEEE 754, 16 bits. */
    record Halves(short[] values) implements PackedOperand {
        /** Checks that nothing is null. */
        public Halves {
            Objects.requireNonNull(values, "values");
        }

        @Override
        public float get(int index) {
            return Float.float16ToFloat(values[index]);
        }
    }

    /** bfloat16: the upper halves of 32-bit floats. */
    record BrainHalves(short[] values) implements PackedOperand {
        /** Checks that nothing is null. */
        public BrainHalves {
            Objects.requireNonNull(values, "values");
        }

        @Override
        public float get(int index) {
            return Float.intBitsToFloat(values[index] << 16);
        }
    }
}
