package dev.mezzotint.engine.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes safetensors files. The same tensors give the same bytes in whatever order they come: wider types stand first,
 * so that every tensor is aligned, and names are in order within a width.
 */
public final class SafetensorsWriter {
    private static final int CHUNK_BYTES = 1 << 16;

    private SafetensorsWriter() {}

    /**
     * Writes a file, whole or not at all.
     *
     * @param metadata strings to go under {@code __metadata__}
     * @throws IllegalArgumentException if two tensors have one name
     * @throws IOException if the file cannot be written
     */
    public static void write(Path path, List<NamedArray> arrays, Map<String, String> metadata) throws IOException {
        List<NamedArray> sorted = new ArrayList<>(arrays);
        sorted.sort(
                Comparator.comparingInt((NamedArray a) -> -a.dtype().bytes()).thenComparing(NamedArray::name));
        byte[] header = header(sorted, metadata);
        AtomicFile.write(path, out -> {
            out.write(header);
            ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (NamedArray array : sorted) {
                writeData(array, chunk, out);
            }
        });
    }

    private static byte[] header(List<NamedArray> arrays, Map<String, String> metadata) {
        Map<String, SafetensorsHeader.Entry> entries = new LinkedHashMap<>();
        long at = 0;
        for (NamedArray array : arrays) {
            long end = at + elements(array) * array.dtype().bytes();
            if (entries.put(array.name(), new SafetensorsHeader.Entry(array.dtype(), array.shape(), at, end)) != null) {
                throw new IllegalArgumentException(
                        "two tensors are called \"" + array.name() + "\"; give each a name of its own");
            }
            at = end;
        }
        return new SafetensorsHeader(entries, metadata).bytes();
    }

    private static long elements(NamedArray array) {
        long elements = 1;
        for (int size : array.shape()) {
            elements *= size;
        }
        return elements;
    }

    private static void writeData(NamedArray array, ByteBuffer chunk, OutputStream out) throws IOException {
        switch (array.data()) {
            case float[] floats -> {
                for (float value : floats) {
                    switch (array.dtype()) {
                        case F64 -> chunk.putDouble(value);
                        case F32 -> chunk.putFloat(value);
                        case F16 -> chunk.putShort(Float.floatToFloat16(value));
                        case BF16 -> chunk.putShort(DType.floatToBfloat16(value));
                        case I64, I32, I16, I8, U8, BOOL -> throw new AssertionError(array.dtype());
                    }
                    drainIfFull(chunk, out);
                }
                drain(chunk, out);
            }
            case long[] longs -> {
                for (long value : longs) {
                    putInteger(array, value, chunk);
                    drainIfFull(chunk, out);
                }
                drain(chunk, out);
            }
            case byte[] bytes -> out.write(bytes);
            default -> throw new AssertionError(array.data().getClass());
        }
    }

    private static void putInteger(NamedArray array, long value, ByteBuffer chunk) {
        int bits = 8 * array.dtype().bytes();
        if (value << 64 - bits >> 64 - bits != value) {
            throw new IllegalArgumentException("tensor \"" + array.name() + "\" holds " + value + ", which "
                    + array.dtype() + " cannot; store it in a wider type");
        }
        switch (array.dtype()) {
            case I64 -> chunk.putLong(value);
            case I32 -> chunk.putInt((int) value);
            case I16 -> chunk.putShort((short) value);
            case I8 -> chunk.put((byte) value);
            case F64, F32, F16, BF16, U8, BOOL -> throw new AssertionError(array.dtype());
        }
    }

    private static void drainIfFull(ByteBuffer chunk, OutputStream out) throws IOException {
        if (chunk.remaining() < Long.BYTES) {
            drain(chunk, out);
        }
    }

    private static void drain(ByteBuffer chunk, OutputStream out) throws IOException {
        out.write(chunk.array(), 0, chunk.position());
        chunk.clear();
    }
}
