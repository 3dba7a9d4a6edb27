package dev.mezzotint.engine.checkpoint;

import dev.mezzotint.engine.json.Json;
import dev.mezzotint.engine.json.JsonException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The header of a safetensors file, checked against the format's rules: every tensor's bytes are as many as its shape
 * says, and the tensors fill the rest of the file without gap or overlap.
 */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
    static final String METADATA = "__metadata__";
    private static final int ALIGNMENT = 8;
    static final long LARGEST = 100_000_000;

    /** One tensor; {@code begin} and {@code end} count from the end of the header. */
    record Entry(DType dtype, int[] shape, long begin, long end) {}

    /**
     * @param bytes the header without its length
     * @param dataBytes how many bytes the file has after the header
     */
    static SafetensorsHeader parse(Path file, ByteBuffer bytes, long dataBytes) throws FormatException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            for (Map.Entry<String, Json> member : Json.parse(text).members().entrySet()) {
                if (member.getKey().equals(METADATA)) {
                    for (Map.Entry<String, Json> note :
                            member.getValue().members().entrySet()) {
                        metadata.put(note.getKey(), note.getValue().asString());
                    }
                } else {
                    entries.put(member.getKey(), entry(file, member.getKey(), member.getValue(), dataBytes));
                }
            }
        } catch (CharacterCodingException e) {
            throw new FormatException(
                    file + " is not a safetensors file or is damaged: its header is not UTF-8 text; fetch it again", e);
        } catch (JsonException e) {
            throw new FormatException(
                    file + " is not a safetensors file or is damaged: its header is wrong (" + e.getMessage()
                            + "); fetch it again",
                    e);
        }
        requireFilled(file, entries, dataBytes);
        return new SafetensorsHeader(entries, metadata);
    }

    /** What stands before the tensors in a file: the header's length and the header, padded to align them. */
    byte[] bytes() {
        Map<String, Json> members = new LinkedHashMap<>();
        if (!metadata.isEmpty()) {
            Map<String, Json> notes = new TreeMap<>();
            metadata.forEach((key, value) -> notes.put(key, Json.of(value)));
            members.put(METADATA, Json.object(notes));
        }
        entries.forEach((name, entry) -> {
            Map<String, Json> json = new LinkedHashMap<>();
            json.put("dtype", Json.of(entry.dtype.name()));
            json.put(
                    "shape",
                    Json.array(Arrays.stream(entry.shape).mapToObj(Json::of).toList()));
            json.put("data_offsets", Json.array(List.of(Json.of(entry.begin), Json.of(entry.end))));
            members.put(name, Json.object(json));
        });
        byte[] text = Json.object(members).print().getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(text, (text.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
        Arrays.fill(padded, text.length, padded.length, (byte) ' ');
        return ByteBuffer.allocate(Long.BYTES + padded.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded.length)
                .put(padded)
                .array();
    }

    private static Entry entry(Path file, String name, Json json, long dataBytes) throws FormatException {
        try {
            String dtypeName = json.string("dtype");
            DType dtype = DType.find(dtypeName)
                    .orElseThrow(() -> broken(
                            file,
                            name,
                            "has the dtype " + Json.of(dtypeName).print() + ", which is none that can be read here",
                            "convert the file to F32, F16 or BF16"));
            int[] shape = shape(file, name, json.get("shape"));
            List<Json> offsets = json.get("data_offsets").elements();
            if (offsets.size() != 2) {
                throw damaged(file, name, "has " + offsets.size() + " data_offsets where two belong");
            }
            long begin = offsets.get(0).asLong();
            long end = offsets.get(1).asLong();
            if (begin < 0 || end < begin || end > dataBytes) {
                throw damaged(
                        file,
                        name,
                        "lies at bytes " + begin + " to " + end + " of " + dataBytes + ", outside the file");
            }
            if (end - begin != byteCount(file, name, dtype, shape)) {
                throw damaged(
                        file,
                        name,
                        "has " + (end - begin) + " bytes, but its shape "
                                + json.get("shape").print() + " of " + dtype + " needs "
                                + byteCount(file, name, dtype, shape));
            }
            return new Entry(dtype, shape, begin, end);
        } catch (JsonException e) {
            throw damaged(file, name, "has a wrong header entry (" + e.getMessage() + ")");
        }
    }

    private static int[] shape(Path file, String name, Json json) throws FormatException {
        List<Json> sizes = json.elements();
        int[] shape = new int[sizes.size()];
        for (int i = 0; i < shape.length; i++) {
            long size = sizes.get(i).asLong();
            if (size < 0 || size > Integer.MAX_VALUE) {
                throw damaged(file, name, "has the impossible size " + size + " in its shape");
            }
            shape[i] = (int) size;
        }
        return shape;
    }

    private static long byteCount(Path file, String name, DType dtype, int[] shape) throws FormatException {
        try {
            long count = dtype.bytes();
            for (int size : shape) {
                count = Math.multiplyExact(count, size);
            }
            return count;
        } catch (ArithmeticException e) {
            throw damaged(file, name, "has a shape of more elements than can be counted");
        }
    }

    private static void requireFilled(Path file, Map<String, Entry> entries, long dataBytes) throws FormatException {
        List<Map.Entry<String, Entry>> sorted = new ArrayList<>(entries.entrySet());
        sorted.sort(Comparator.comparingLong(
                        (Map.Entry<String, Entry> e) -> e.getValue().begin())
                .thenComparingLong(e -> e.getValue().end()));
        long filled = 0;
        for (Map.Entry<String, Entry> tensor : sorted) {
            long begin = tensor.getValue().begin();
            if (begin != filled) {
                throw damaged(
                        file,
                        tensor.getKey(),
                        "begins at byte " + begin + ", but the tensor before it ends at " + filled
                                + (begin < filled ? " (they overlap)" : " (a gap)"));
            }
            filled = tensor.getValue().end();
        }
        if (filled != dataBytes) {
            throw new FormatException(file + " is damaged: its tensors end at byte " + filled + " of " + dataBytes
                    + "; fetch it again or write it anew");
        }
    }

    private static FormatException damaged(Path file, String name, String what) {
        return broken(file, name, what, "the file is damaged, fetch it again or write it anew");
    }

    private static FormatException broken(Path file, String name, String what, String remedy) {
        return new FormatException(file + ": tensor " + Json.of(name).print() + " " + what + "; " + remedy);
    }
}
