package dev.mezzotint.engine.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file: opening it reads the header alone, and a tensor comes from disk when it is read. May be read by
 * several threads at once.
 *
 * <p>Format: <a href="https://github.com/huggingface/safetensors#format">eight bytes of header length, a JSON header,
 * the tensors</a>.
 */
public final class SafetensorsFile implements TensorFile {
    private static final int LENGTH_BYTES = 8;

    private final Path path;
    private final Map<String, FileTensor> tensors;
    private final Map<String, String> metadata;

    private SafetensorsFile(Path path, Map<String, FileTensor> tensors, Map<String, String> metadata) {
        this.path = path;
        this.tensors = tensors;
        this.metadata = metadata;
    }

    /**
     * Opens and checks a file.
     *
     * @throws FormatException if it is not a whole and sound safetensors file
     * @throws IOException if it cannot be read
     */
    public static SafetensorsFile open(Path path) throws IOException {
        FileVersion file = FileVersion.of(path);
        try (FileChannel channel = file.open()) {
            long size = file.size();
            ByteBuffer start = FileVersion.bytes(channel, 0, LENGTH_BYTES);
            requireSafetensors(path, start, size);
            long headerBytes = start.getLong(0);
            if (headerBytes < 2 || headerBytes > SafetensorsHeader.LARGEST || headerBytes > size - LENGTH_BYTES) {
                throw new FormatException(path
                        + " is not a safetensors file or is cut short: it says that its header has "
                        + Long.toUnsignedString(headerBytes) + " bytes, but " + (size - LENGTH_BYTES)
                        + " follow (and at most " + SafetensorsHeader.LARGEST + " are allowed); fetch it again");
            }
            ByteBuffer text = FileVersion.bytes(channel, LENGTH_BYTES, (int) headerBytes);
            long dataAt = LENGTH_BYTES + headerBytes;
            SafetensorsHeader header = SafetensorsHeader.parse(path, text, size - dataAt);
            Map<String, FileTensor> tensors = new LinkedHashMap<>();
            for (Map.Entry<String, SafetensorsHeader.Entry> tensor :
                    header.entries().entrySet()) {
                SafetensorsHeader.Entry entry = tensor.getValue();
                tensors.put(
                        tensor.getKey(),
                        new FileTensor(file, tensor.getKey(), entry.dtype(), entry.shape(), dataAt + entry.begin()));
            }
            return new SafetensorsFile(path, tensors, header.metadata());
        }
    }

    private static void requireSafetensors(Path path, ByteBuffer start, long size) throws FormatException {
        String first = StandardCharsets.ISO_8859_1.decode(start.duplicate()).toString();
        if (TensorFiles.isZip(start) || TensorFiles.isPickle(start)) {
            throw new FormatException(
                    path + " is a PyTorch pickle, not a safetensors file; save it with safetensors.torch.save_file");
        }
        if (first.startsWith("GGUF")) {
            throw new FormatException(path + " is a GGUF file; get the model as safetensors");
        }
        if (first.equals("version ")) {
            throw new FormatException(path + " is a pointer of Git LFS, not the model itself; run git lfs pull");
        }
        if (size < LENGTH_BYTES + 2) {
            throw new FormatException(
                    path + " is not a safetensors file or is cut short: it has " + size + " bytes; fetch it again");
        }
    }

    @Override
    public Path path() {
        return path;
    }

    /** The tensors' names in the order of the header. */
    @Override
    public Set<String> names() {
        return Collections.unmodifiableSet(tensors.keySet());
    }

    @Override
    public StoredTensor tensor(String name) throws FormatException {
        return find(name);
    }

    /** The strings under {@code __metadata__}; empty where there are none. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(metadata);
    }

    /** A tensor's element type; throws where the file has no such tensor. */
    public DType dtype(String name) throws FormatException {
        return find(name).dtype();
    }

    /** A copy of a tensor's shape, in PyTorch's order; throws where the file has no such tensor. */
    public int[] shape(String name) throws FormatException {
        return find(name).shape();
    }

    /**
     * A tensor's elements as floats, whatever their type; F64 and wide integers are rounded to nearest.
     *
     * @throws FormatException if there is no such tensor or it has more elements than an array holds
     * @throws IOException if the file cannot be read
     */
    public float[] floats(String name) throws IOException {
        return find(name).floats();
    }

    /**
     * A tensor's elements as integers.
     *
     * @throws FormatException if there is no such tensor, it holds floating-point numbers, or it has more elements than
     *     an array holds
     * @throws IOException if the file cannot be read
     */
    public long[] longs(String name) throws IOException {
        return find(name).longs();
    }

    /**
     * A copy of a tensor's bytes as they lie in the file, whatever its type.
     *
     * @throws FormatException if there is no such tensor or it has more bytes than an array holds
     * @throws IOException if the file cannot be read
     */
    public byte[] bytes(String name) throws IOException {
        return find(name).bytes();
    }

    /** Does nothing: no more of the file is open than the tensors that are being read. */
    @Override
    public void close() {}

    private FileTensor find(String name) throws FormatException {
        return RenamedTensors.find(path, tensors, name);
    }
}
