package dev.mezzotint.engine.checkpoint;

import java.util.Arrays;

/**
 * A tensor to write.
 *
 * @param name its name in the file
 * @param dtype how it is stored; floats are rounded to the nearest F16 or BF16, ties to even
 * @param shape its sizes
 * @param data {@code float[]} for F32, F16, BF16 and F64, {@code long[]} for I64, I32, I16 and I8, or {@code byte[]}
 *     for any type: the bytes as they shall lie in the file
 */
public record NamedArray(String name, DType dtype, int[] shape, Object data) {
    /** @throws IllegalArgumentException if data and type do not go together, or data and shape differ in size */
    public NamedArray {
        long elements = 1;
        for (int size : shape) {
            if (size < 0) {
                throw new IllegalArgumentException("tensor \"" + name + "\" has the shape " + Arrays.toString(shape)
                        + "; sizes must not be negative");
            }
            elements *= size;
        }
        long given = switch (data) {
            case float[] floats when dtype.isFloatingPoint() -> floats.length;
            case long[] longs when !dtype.isFloatingPoint() && dtype != DType.U8 && dtype != DType.BOOL -> longs.length;
            case byte[] bytes when bytes.length % dtype.bytes() == 0 -> bytes.length / dtype.bytes();
            default ->
                throw new IllegalArgumentException("tensor \"" + name + "\" of type " + dtype
                        + " cannot be made of a " + data.getClass().getSimpleName()
                        + "; give float[] for floating-point types, long[] for signed integers or whole"
                        + " elements as byte[]");
        };
        if (given != elements) {
            throw new IllegalArgumentException("tensor \"" + name + "\" has " + given + " elements but the shape "
                    + Arrays.toString(shape) + " needs " + elements);
        }
        if (name.equals(SafetensorsHeader.METADATA)) {
            throw new IllegalArgumentException("a tensor cannot be called __metadata__; choose another name");
        }
    }

    /** A tensor stored as F32. */
    public static NamedArray ofFloats(String name, int[] shape, float[] data) {
        return new NamedArray(name, DType.F32, shape, data);
    }
}
