package dev.mezzotint.engine.checkpoint;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Elements as they lie in a file, little-endian and perhaps unaligned, brought into Java's types. */
final class StoredElements {
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int PIECE = 4096;

    private StoredElements() {}

    /** Elements {@code first} and on as floats; F64 and wide integers are rounded to nearest. */
    static void floats(MemorySegment from, DType dtype, long first, float[] to, int offset, int count) {
        switch (dtype) {
            case F32 -> MemorySegment.copy(from, FLOAT, 4 * first, to, offset, count);
            case F16, BF16 -> {
                short[] piece = new short[Math.min(PIECE, count)];
                for (int done = 0; done < count; done += piece.length) {
                    int length = Math.min(piece.length, count - done);
                    MemorySegment.copy(from, SHORT, 2 * (first + done), piece, 0, length);
                    if (dtype == DType.F16) {
                        halves(piece, to, offset + done, length);
                    } else {
                        bfloats(piece, to, offset + done, length);
                    }
                }
            }
            case F64, I64, I32, I16, I8, U8, BOOL -> {
                for (int i = 0; i < count; i++) {
                    to[offset + i] = floatAt(from, dtype, first + i);
                }
            }
        }
    }

    /** Elements of 16 bits, {@code first} and on, as they are. */
    static void halves(MemorySegment from, long first, short[] to, int offset, int count) {
        MemorySegment.copy(from, SHORT, 2 * first, to, offset, count);
    }

    /** One element as a float. */
    static float floatAt(MemorySegment from, DType dtype, long index) {
        return switch (dtype) {
            case F64 -> (float) from.get(DOUBLE, 8 * index);
            case F32 -> from.get(FLOAT, 4 * index);
            case F16 -> Float.float16ToFloat(from.get(SHORT, 2 * index));
            case BF16 -> DType.bfloat16ToFloat(from.get(SHORT, 2 * index));
            case I64, I32, I16, I8, U8, BOOL -> integer(from, dtype, index);
        };
    }

    /** One element of an integer type. */
    static long integer(MemorySegment from, DType dtype, long index) {
        return switch (dtype) {
            case I64 -> from.get(LONG, 8 * index);
            case I32 -> from.get(INT, 4 * index);
            case I16 -> from.get(SHORT, 2 * index);
            case I8 -> from.get(ValueLayout.JAVA_BYTE, index);
            case U8, BOOL -> from.get(ValueLayout.JAVA_BYTE, index) & 0xFF;
            case F64, F32, F16, BF16 -> throw new IllegalArgumentException(dtype + " is no integer type");
        };
    }

    // Plain loops between arrays, in methods of their own: C2 turns them into vector instructions.

    private static void halves(short[] from, float[] to, int offset, int count) {
        for (int i = 0; i < count; i++) {
            to[offset + i] = Float.float16ToFloat(from[i]);
        }
    }

    private static void bfloats(short[] from, float[] to, int offset, int count) {
        for (int i = 0; i < count; i++) {
            to[offset + i] = DType.bfloat16ToFloat(from[i]);
        }
    }
}
