package dev.mezzotint.engine.checkpoint;

import dev.mezzotint.engine.checkpoint.PickleValue.Bool;
import dev.mezzotint.engine.checkpoint.PickleValue.Dict;
import dev.mezzotint.engine.checkpoint.PickleValue.Int;
import dev.mezzotint.engine.checkpoint.PickleValue.Real;
import dev.mezzotint.engine.checkpoint.PickleValue.Tensor;
import dev.mezzotint.engine.checkpoint.PickleValue.Text;
import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * PyTorch checkpoints since version 1.6: a zip archive with a pickle, which names the tensors, and an entry for each
 * storage. Only the pickle is read at once; tensors are mapped where they lie.
 *
 * <p>Nested dictionaries give names with dots. A training checkpoint holds its model under {@code state_dict}: then
 * that is the model, and what stands beside it is left out, as is all that is no tensor.
 */
final class TorchFile {
    private static final String PICKLE = "/data.pkl";
    private static final String ORDER = "/byteorder";
    private static final int LARGEST_PICKLE = 1 << 25;
    private static final int DEEPEST = 64;
    private static final int LONGEST_NAME = 500;
    private static final int MOST_ENTRIES = 200_000;
    private static final PickleValue STATE_DICT = new Text("state_dict");

    private final FileVersion file;
    private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    private int entries;

    private TorchFile(FileVersion file) {
        this.file = file;
    }

    /**
     * Opens and checks a checkpoint.
     *
     * @throws FormatException if it is damaged or holds anything but tensors, numbers, texts and collections of them
     * @throws IOException if it cannot be read
     */
    static TensorFile open(Path path) throws IOException {
        FileVersion version = FileVersion.of(path);
        try (FileChannel channel = version.open()) {
            Map<String, ZipDirectory.Entry> entries = ZipDirectory.read(version, channel);
            String folder = folder(path, entries.keySet());
            if (entries.containsKey(folder + ORDER)) {
                requireLittleEndian(path, read(path, channel, folder + ORDER, entries.get(folder + ORDER)));
            }
            ByteBuffer pickle = read(path, channel, folder + PICKLE, entries.get(folder + PICKLE));
            TorchObjects objects = new TorchObjects(path, folder + "/data/", entries);
            if (!(PickleReader.read(path, pickle, objects) instanceof Dict all)) {
                throw new FormatException(path + " holds no dictionary of tensors; save a model's state_dict");
            }
            TorchFile file = new TorchFile(version);
            file.add("", all.entries().get(STATE_DICT) instanceof Dict model ? model : all, 0);
            return new RenamedTensors(path, file.tensors);
        }
    }

    private static String folder(Path path, Set<String> names) throws FormatException {
        List<String> found = names.stream()
                .filter(name -> name.endsWith(PICKLE) && name.indexOf('/') == name.length() - PICKLE.length())
                .toList();
        if (found.size() != 1) {
            throw new FormatException(path + " is a zip archive but no PyTorch checkpoint: it holds " + found.size()
                    + " data.pkl; unpack it or get the model as safetensors");
        }
        String name = found.getFirst();
        return name.substring(0, name.length() - PICKLE.length());
    }

    /** Checkpoints from before PyTorch 2.1 do not say it; those are taken for little-endian. */
    private static void requireLittleEndian(Path path, ByteBuffer order) throws FormatException {
        if (!StandardCharsets.ISO_8859_1.decode(order).toString().equals("little")) {
            throw new FormatException(path + " was written by a machine of another byte order;"
                    + " save it again on a usual one, or get the model as safetensors");
        }
    }

    private static ByteBuffer read(Path path, FileChannel channel, String name, ZipDirectory.Entry entry)
            throws IOException {
        if (entry.size() > LARGEST_PICKLE) {
            throw new FormatException(path + ": the entry " + Json.of(name).print() + " has " + entry.size()
                    + " bytes, more than the names of tensors need; get the model as safetensors");
        }
        return FileVersion.bytes(channel, entry.begin(), (int) entry.size());
    }

    private void add(String prefix, Dict dict, int depth) throws IOException {
        entries += dict.entries().size();
        if (depth == DEEPEST || entries > MOST_ENTRIES) {
            throw PickleReader.damaged(
                    file.path(),
                    "holds a dictionary in itself, or more than " + DEEPEST + " levels or " + MOST_ENTRIES
                            + " entries");
        }
        for (Map.Entry<PickleValue, PickleValue> entry : dict.entries().entrySet()) {
            switch (entry.getValue()) {
                case Dict inner -> add(name(prefix, entry.getKey()) + ".", inner, depth + 1);
                case Tensor tensor -> add(name(prefix, entry.getKey()), tensor);
                case PickleValue _ -> {
                    // no tensor
                }
            }
        }
    }

    private String name(String prefix, PickleValue key) throws FormatException {
        String last = switch (key) {
            case Text(String text) -> text;
            case Int(long value) -> Long.toString(value);
            case Real(double value) -> Double.toString(value);
            case Bool(boolean value) -> Boolean.toString(value);
            case PickleValue _ -> throw new AssertionError(key.getClass());
        };
        if (prefix.length() + last.length() > LONGEST_NAME) {
            throw PickleReader.damaged(
                    file.path(), "holds a tensor whose name has more than " + LONGEST_NAME + " characters");
        }
        return prefix + last;
    }

    private void add(String name, Tensor tensor) throws FormatException {
        DType dtype = tensor.storage().dtype();
        long begin = tensor.storage().data().begin() + tensor.offset() * dtype.bytes();
        FileTensor stored = new FileTensor(file, name, dtype, tensor.shape(), tensor.strides(), begin);
        if (tensors.put(name, stored) != null) {
            throw PickleReader.damaged(
                    file.path(), "holds two tensors " + Json.of(name).print());
        }
    }
}
