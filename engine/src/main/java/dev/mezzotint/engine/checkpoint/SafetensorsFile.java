package dev.mezzotint.engine.checkpoint;

import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file, mapped into memory: opening it reads the header alone, and a tensor's pages come from disk when
 * it is read. May be read by several threads at once.
 *
 * <p>Format: <a href="https://github.com/huggingface/safetensors#format">eight bytes of header length, a JSON header,
 * the tensors</a>.
 */
public final class SafetensorsFile implements AutoCloseable {
    private static final int LENGTH_BYTES = 8;
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble DOUBLE =
            ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path path;
    private final Arena arena;
    private final MemorySegment data;
    private final SafetensorsHeader header;

    private SafetensorsFile(Path path, Arena arena, MemorySegment data, SafetensorsHeader header) {
        this.path = path;
        this.arena = arena;
        this.data = data;
        this.header = header;
    }

    /**
     * Opens and checks a file.
     *
     * @throws FormatException if it is not a whole and sound safetensors file
     * @throws IOException if it cannot be read
     */
    public static SafetensorsFile open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            throw new FormatException(path + " is a folder, not a safetensors file; name a file in it");
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long size = channel.size();
            ByteBuffer start = ByteBuffer.allocate(LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            readFully(channel, start, 0);
            requireSafetensors(path, start, size);
            long headerBytes = start.getLong(0);
            if (headerBytes < 2 || headerBytes > SafetensorsHeader.LARGEST || headerBytes > size - LENGTH_BYTES) {
                throw new FormatException(path
                        + " is not a safetensors file or is cut short: it says that its header has "
                        + Long.toUnsignedString(headerBytes) + " bytes, but " + (size - LENGTH_BYTES)
                        + " follow (and at most " + SafetensorsHeader.LARGEST + " are allowed); fetch it again");
            }
            ByteBuffer text = ByteBuffer.allocate((int) headerBytes);
            readFully(channel, text, LENGTH_BYTES);
            long dataAt = LENGTH_BYTES + headerBytes;
            SafetensorsHeader header = SafetensorsHeader.parse(path, text.flip(), size - dataAt);
            Arena arena = Arena.ofShared();
            try {
                MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
                return new SafetensorsFile(path, arena, mapped.asSlice(dataAt), header);
            } catch (IOException | RuntimeException e) {
                arena.close();
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw new FormatException(path + " does not exist; check the path", e);
        } catch (AccessDeniedException e) {
            throw new FormatException(path + " may not be read; change its permissions", e);
        }
    }

    private static void readFully(FileChannel channel, ByteBuffer into, long at) throws IOException {
        while (into.hasRemaining() && channel.read(into, at + into.position()) >= 0) {
            // reads on until full or at the end of the file
        }
    }

    private static void requireSafetensors(Path path, ByteBuffer start, long size) throws FormatException {
        byte[] b = start.array();
        if (b[0] == 'P' && b[1] == 'K' || (b[0] & 0xFF) == 0x80 && b[1] > 0 && b[1] < 6) {
            throw new FormatException(
                    path + " is a PyTorch pickle, not a safetensors file; save it with safetensors.torch.save_file");
        }
        if (b[0] == 'G' && b[1] == 'G' && b[2] == 'U' && b[3] == 'F') {
            throw new FormatException(path + " is a GGUF file; get the model as safetensors");
        }
        if (size >= LENGTH_BYTES && new String(b, StandardCharsets.ISO_8859_1).equals("version ")) {
            throw new FormatException(path + " is a pointer of Git LFS, not the model itself; run git lfs pull");
        }
        if (size < LENGTH_BYTES + 2) {
            throw new FormatException(
                    path + " is not a safetensors file or is cut short: it has " + size + " bytes; fetch it again");
        }
    }

    /** The file's path. */
    public Path path() {
        return path;
    }

    /** The tensors' names in the order of the header. */
    public Set<String> names() {
        return Collections.unmodifiableSet(header.entries().keySet());
    }

    /** Whether there is a tensor of this name. */
    public boolean has(String name) {
        return header.entries().containsKey(name);
    }

    /** The strings under {@code __metadata__}; empty where there are none. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /** A tensor's element type; throws where the file has no such tensor. */
    public DType dtype(String name) throws FormatException {
        return entry(name).dtype();
    }

    /** A copy of a tensor's shape, in PyTorch's order; throws where the file has no such tensor. */
    public int[] shape(String name) throws FormatException {
        return entry(name).shape().clone();
    }

    /**
     * A tensor as it lies in the file, little-endian and perhaps unaligned; it may be used until the file is closed.
     *
     * @throws FormatException if there is no such tensor
     */
    public MemorySegment segment(String name) throws FormatException {
        SafetensorsHeader.Entry entry = entry(name);
        return data.asSlice(entry.begin(), entry.end() - entry.begin());
    }

    /**
     * A tensor's elements as floats, whatever their type; F64 and wide integers are rounded to nearest.
     *
     * @throws FormatException if there is no such tensor or it has more elements than an array holds
     */
    public float[] floats(String name) throws FormatException {
        MemorySegment from = segment(name);
        float[] to = new float[count(name)];
        switch (dtype(name)) {
            case F32 -> MemorySegment.copy(from, FLOAT, 0, to, 0, to.length);
            case F16 -> {
                for (int i = 0; i < to.length; i++) {
                    to[i] = Float.float16ToFloat(from.get(SHORT, 2L * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < to.length; i++) {
                    to[i] = DType.bfloat16ToFloat(from.get(SHORT, 2L * i));
                }
            }
            case F64 -> {
                for (int i = 0; i < to.length; i++) {
                    to[i] = (float) from.get(DOUBLE, 8L * i);
                }
            }
            case I64, I32, I16, I8, U8, BOOL -> {
                long[] integers = longs(name);
                for (int i = 0; i < to.length; i++) {
                    to[i] = integers[i];
                }
            }
        }
        return to;
    }

    /**
     * A tensor's elements as integers.
     *
     * @throws FormatException if there is no such tensor, it holds floating-point numbers, or it has more elements than
     *     an array holds
     */
    public long[] longs(String name) throws FormatException {
        MemorySegment from = segment(name);
        DType dtype = dtype(name);
        long[] to = new long[count(name)];
        for (int i = 0; i < to.length; i++) {
            to[i] = switch (dtype) {
                case I64 -> from.get(LONG, 8L * i);
                case I32 -> from.get(INT, 4L * i);
                case I16 -> from.get(SHORT, 2L * i);
                case I8 -> from.get(ValueLayout.JAVA_BYTE, i);
                case U8, BOOL -> from.get(ValueLayout.JAVA_BYTE, i) & 0xFF;
                case F64, F32, F16, BF16 ->
                    throw new FormatException(path + ": tensor " + Json.of(name).print() + " holds " + dtype
                            + " where integers belong; check that the file fits the model");
            };
        }
        return to;
    }

    /**
     * A copy of a tensor's bytes as they lie in the file, whatever its type.
     *
     * @throws FormatException if there is no such tensor or it has more bytes than an array holds
     */
    public byte[] bytes(String name) throws FormatException {
        MemorySegment from = segment(name);
        if (from.byteSize() > Integer.MAX_VALUE - 8) {
            throw tooLarge(name);
        }
        return from.toArray(ValueLayout.JAVA_BYTE);
    }

    /** Unmaps the file; segments handed out end here. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }

    private int count(String name) throws FormatException {
        long elements = entry(name).elements();
        if (elements > Integer.MAX_VALUE - 8) {
            throw tooLarge(name);
        }
        return (int) elements;
    }

    private FormatException tooLarge(String name) {
        return new FormatException(path + ": tensor " + Json.of(name).print()
                + " is larger than an array of Java can be; split the tensor");
    }

    private SafetensorsHeader.Entry entry(String name) throws FormatException {
        SafetensorsHeader.Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new FormatException(path + " has no tensor " + Json.of(name).print() + " among its "
                    + header.entries().size() + "; check that the file fits the model");
        }
        return entry;
    }
}
