package dev.mezzotint.engine.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes stored tensors into a safetensors file a few rows at a time, so that no model need fit into memory. The order
 * is that of {@link SafetensorsWriter}: wider types first, then names.
 */
public final class StoredTensorWriter {
    private static final int CHUNK_ELEMENTS = 1 << 18;
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private StoredTensorWriter() {}

    /**
     * Writes a file, whole or not at all. Values are rounded to nearest where the type is narrower than a float;
     * integers must be small enough to be floats.
     *
     * @param metadata strings to go under {@code __metadata__}
     * @throws IOException if a tensor cannot be read, or the file not be written or the disk has too little room for it
     */
    public static void write(Path path, Map<String, ? extends StoredTensor> tensors, Map<String, String> metadata)
            throws IOException {
        List<Map.Entry<String, StoredTensor>> sorted = new ArrayList<>();
        tensors.forEach((name, tensor) -> sorted.add(Map.entry(name, tensor)));
        sorted.sort(Comparator.comparingInt((Map.Entry<String, StoredTensor> tensor) ->
                        -tensor.getValue().dtype().bytes())
                .thenComparing(Map.Entry::getKey));
        byte[] header = header(sorted, metadata);
        requireRoom(path, header.length + bytes(tensors));
        AtomicFile.write(path, out -> {
            out.write(header);
            for (Map.Entry<String, StoredTensor> tensor : sorted) {
                write(tensor.getValue(), out);
            }
        });
    }

    /** How many bytes the tensors themselves take in a file. */
    public static long bytes(Map<String, ? extends StoredTensor> tensors) {
        return tensors.values().stream().mapToLong(StoredTensorWriter::bytes).sum();
    }

    /**
     * Refuses to begin what the disk has no room for.
     *
     * @param path a file or folder that is to be written
     * @throws IOException if fewer than {@code bytes} are free, saying how many are
     */
    public static void requireRoom(Path path, long bytes) throws IOException {
        Path folder = WriteFailure.folderOf(path);
        if (!Files.isDirectory(folder)) {
            return; // writing says what is wrong
        }
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < bytes) {
            throw new IOException(String.format(
                    "%s could not be written: it takes %.2f GB, but only %.2f GB are free there; free some space or"
                            + " choose another folder",
                    path, bytes / 1e9, free / 1e9));
        }
    }

    private static byte[] header(List<Map.Entry<String, StoredTensor>> tensors, Map<String, String> metadata) {
        Map<String, SafetensorsHeader.Entry> entries = new LinkedHashMap<>();
        long at = 0;
        for (Map.Entry<String, StoredTensor> tensor : tensors) {
            StoredTensor stored = tensor.getValue();
            long end = at + bytes(stored);
            entries.put(tensor.getKey(), new SafetensorsHeader.Entry(stored.dtype(), stored.shape(), at, end));
            at = end;
        }
        return new SafetensorsHeader(entries, metadata).bytes();
    }

    private static long bytes(StoredTensor tensor) {
        return (long) tensor.rows() * tensor.rowLength() * tensor.dtype().bytes();
    }

    private static void write(StoredTensor tensor, OutputStream out) throws IOException {
        int length = tensor.rowLength();
        int rows = tensor.rows();
        if (length == 0 || rows == 0) {
            return;
        }
        int chunkRows = Math.min(rows, Math.max(1, CHUNK_ELEMENTS / length));
        float[] values = new float[chunkRows * length];
        byte[] bytes = new byte[Math.multiplyExact(values.length, tensor.dtype().bytes())];
        short[] halves = new short[tensor.dtype().bytes() == 2 ? values.length : 0];
        try (StoredTensor.Rows open = tensor.open()) {
            for (int from = 0; from < rows; from += chunkRows) {
                int to = Math.min(rows, from + chunkRows);
                open.read(from, to, values, 0);
                int count = (to - from) * length;
                encode(tensor.dtype(), values, count, halves, MemorySegment.ofArray(bytes));
                out.write(bytes, 0, count * tensor.dtype().bytes());
            }
        }
    }

    private static void encode(DType dtype, float[] values, int count, short[] halves, MemorySegment bytes) {
        switch (dtype) {
            case F32 -> MemorySegment.copy(values, 0, bytes, FLOAT, 0, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    halves[i] = Float.floatToFloat16(values[i]);
                }
                MemorySegment.copy(halves, 0, bytes, SHORT, 0, count);
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    halves[i] = DType.floatToBfloat16(values[i]);
                }
                MemorySegment.copy(halves, 0, bytes, SHORT, 0, count);
            }
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    bytes.set(DOUBLE, 8L * i, values[i]);
                }
            }
            case I64 -> {
                for (int i = 0; i < count; i++) {
                    bytes.set(LONG, 8L * i, (long) values[i]);
                }
            }
            case I32 -> {
                for (int i = 0; i < count; i++) {
                    bytes.set(INT, 4L * i, (int) values[i]);
                }
            }
            case I16 -> {
                for (int i = 0; i < count; i++) {
                    bytes.set(SHORT, 2L * i, (short) values[i]);
                }
            }
            case I8, U8, BOOL -> {
                for (int i = 0; i < count; i++) {
                    bytes.set(ValueLayout.JAVA_BYTE, i, (byte) (int) values[i]);
                }
            }
        }
    }
}
