package dev.mezzotint.engine.kernel.simd;

import dev.mezzotint.engine.kernel.PackedOperand;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Slices of a packed operand as floats. Widening a slice for each block of rows costs at most 2 % of the multiplication
 * where weights are in the cache, 5 to 6 % where they come from memory (measured with halves).
 */
final class Widening {
    private static final VectorSpecies<Integer> INTS = Panels.SPECIES.withLanes(int.class);

    /** As many lanes as a vector of floats has. */
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Panels.LANES * Short.SIZE));

    private Widening() {}

    /**
     * Reads one value of each cache line of a slice, so that it comes from memory with as many reads under way as the
     * processor can keep; what widens or transforms it piece by piece would wait for each of them.
     */
    static void fetch(PackedOperand packed, int from, int length, Scratch scratch) {
        switch (packed) {
            case PackedOperand.Floats(float[] values) -> scratch.fetch(1, length, values, from, length);
            case PackedOperand.Halves(short[] values) -> scratch.fetch(length, values, from);
            case PackedOperand.BrainHalves(short[] values) -> scratch.fetch(length, values, from);
        }
    }

    /** Whether elements must be widened before they are read. */
    static boolean needed(PackedOperand packed) {
        return !(packed instanceof PackedOperand.Floats);
    }

    /** The array to read: the operand's own, or a buffer for {@code length} widened elements. */
    static float[] room(PackedOperand packed, int length, Scratch scratch) {
        return packed instanceof PackedOperand.Floats(float[] values) ? values : scratch.panel(length);
    }

    /** Widens elements into {@link #room}, from {@code to} on; floats are read where they are. */
    static void widen(PackedOperand packed, int from, int length, float[] room, int to) {
        switch (packed) {
            case PackedOperand.Floats _ -> {}
            case PackedOperand.Halves(short[] values) -> halves(values, from, length, room, to);
            case PackedOperand.BrainHalves(short[] values) -> brainHalves(values, from, length, room, to);
        }
    }

    /** Where in {@link #room} the elements from {@code from} are, which were widened to {@code to} if they had to be. */
    static int offset(PackedOperand packed, int from, int to) {
        return needed(packed) ? to : from;
    }

    /** The array to read: the operand's own, or the buffer after {@code length} elements were widened into it. */
    static float[] slice(PackedOperand packed, int from, int length, Scratch scratch) {
        float[] room = room(packed, length, scratch);
        widen(packed, from, length, room, 0);
        return room;
    }

    /** Where in the array of {@link #slice} the slice begins. */
    static int offset(PackedOperand packed, int from) {
        return offset(packed, from, 0);
    }

    /** A plain loop, which C2 turns into vector conversions; the Vector API has none for halves. */
    private static void halves(short[] source, int from, int length, float[] target, int to) {
        for (int i = 0; i < length; i++) {
            target[to + i] = Float.float16ToFloat(source[from + i]);
        }
    }

    /** C2 does not do the same for a shift (measured: 6 G elements a second). Panels are whole vectors. */
    private static void brainHalves(short[] source, int from, int length, float[] target, int to) {
        for (int i = 0; i < length; i += Panels.LANES) {
            ShortVector.fromArray(SHORTS, source, from + i)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .intoArray(target, to + i);
        }
    }
}
