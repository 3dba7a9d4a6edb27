package dev.mezzotint.engine.checkpoint;

import dev.mezzotint.engine.checkpoint.PickleValue.Dict;
import dev.mezzotint.engine.checkpoint.PickleValue.Global;
import dev.mezzotint.engine.checkpoint.PickleValue.Int;
import dev.mezzotint.engine.checkpoint.PickleValue.None;
import dev.mezzotint.engine.checkpoint.PickleValue.Storage;
import dev.mezzotint.engine.checkpoint.PickleValue.Tensor;
import dev.mezzotint.engine.checkpoint.PickleValue.Text;
import dev.mezzotint.engine.checkpoint.PickleValue.Tuple;
import dev.mezzotint.engine.json.Json;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the calls in a PyTorch checkpoint stand for: storages, tensors on them, and ordered dictionaries. */
final class TorchObjects {
    private final Path path;
    private final String folder;
    private final Map<String, ZipDirectory.Entry> entries;

    /**
     * Objects of one checkpoint.
     *
     * @param folder the archive's folder with the storages, ending in a slash
     * @param entries the archive's entries
     */
    TorchObjects(Path path, String folder, Map<String, ZipDirectory.Entry> entries) {
        this.path = path;
        this.folder = folder;
        this.entries = entries;
    }

    /** What {@code function(*arguments)} gives. */
    PickleValue call(PickleValue function, PickleValue arguments) throws FormatException {
        if (!(function instanceof Global global) || !(arguments instanceof Tuple(List<PickleValue> items))) {
            throw PickleReader.damaged(path, "calls what is no function");
        }
        return switch (global) {
            case ORDERED_DICT -> {
                if (!items.isEmpty()) {
                    throw PickleReader.refused(path, "makes an ordered dictionary from something");
                }
                yield new Dict(new LinkedHashMap<>());
            }
            case REBUILD_TENSOR -> tensor(items);
            case REBUILD_PARAMETER -> {
                if (items.size() != 3 || !(items.getFirst() instanceof Tensor tensor)) {
                    throw PickleReader.damaged(path, "makes a parameter of what is no tensor");
                }
                yield tensor;
            }
            case DOUBLE, FLOAT, HALF, BFLOAT16, LONG, INT, SHORT, CHAR, BYTE, BOOL, UNTYPED ->
                throw PickleReader.refused(path, "makes a storage within the pickle");
        };
    }

    /** The storage of a persistent id: {@code ('storage', class, key, device, elements)}. */
    Storage storage(PickleValue id) throws FormatException {
        if (!(id instanceof Tuple(List<PickleValue> items))
                || items.size() != 5
                || !items.get(0).equals(new Text("storage"))
                || !(items.get(1) instanceof Global type)
                || type.elements().isEmpty()
                || !(items.get(2) instanceof Text(String key))
                || !(items.get(4) instanceof Int(long elements))) {
            throw PickleReader.damaged(path, "refers to what is no storage");
        }
        DType dtype = type.elements().orElseThrow();
        ZipDirectory.Entry data = entries.get(folder + key);
        if (data == null) {
            throw PickleReader.damaged(
                    path, "refers to the storage " + Json.of(key).print() + ", which is missing");
        }
        if (elements < 0 || elements > data.size() / dtype.bytes()) {
            throw PickleReader.damaged(
                    path,
                    "says that the storage " + Json.of(key).print() + " has " + elements + " elements of " + dtype
                            + ", but it has " + data.size() + " bytes");
        }
        return new Storage(dtype, data, elements);
    }

    /** {@code (storage, offset, sizes, strides, requires_grad, hooks)}, and perhaps what else the tensor knows. */
    private Tensor tensor(List<PickleValue> items) throws FormatException {
        if (items.size() < 6
                || items.size() > 7
                || !(items.get(0) instanceof Storage storage)
                || !(items.get(1) instanceof Int(long offset))
                || !(items.get(2) instanceof Tuple(List<PickleValue> sizes))
                || !(items.get(3) instanceof Tuple(List<PickleValue> steps))
                || sizes.size() != steps.size()) {
            throw PickleReader.damaged(path, "makes a tensor of what is no storage and shape");
        }
        if (items.size() == 7 && items.get(6) != None.NONE) {
            throw PickleReader.refused(path, "holds a tensor that is negated or conjugated when it is read");
        }
        int[] shape = new int[sizes.size()];
        long[] strides = new long[sizes.size()];
        for (int d = 0; d < shape.length; d++) {
            long size = integer(sizes.get(d));
            strides[d] = integer(steps.get(d));
            if (size < 0 || size > Integer.MAX_VALUE || strides[d] < 0) {
                throw PickleReader.damaged(
                        path, "holds a tensor of the impossible size " + size + " and stride " + strides[d]);
            }
            shape[d] = (int) size;
        }
        try {
            long extent = FileTensor.extent(shape, strides);
            if (offset < 0 || extent > storage.elements() - offset) {
                throw PickleReader.damaged(path, "holds a tensor that lies outside its storage");
            }
            if (extent > 0 && count(shape) > storage.elements()) {
                throw PickleReader.refused(path, "holds a tensor with more elements than its storage has");
            }
        } catch (ArithmeticException e) {
            throw PickleReader.damaged(path, "holds a tensor with more elements than can be counted");
        }
        return new Tensor(storage, offset, shape, strides);
    }

    private static long count(int[] shape) {
        long count = 1;
        for (int size : shape) {
            count = Math.multiplyExact(count, size);
        }
        return count;
    }

    private long integer(PickleValue value) throws FormatException {
        if (!(value instanceof Int(long integer))) {
            throw PickleReader.damaged(path, "holds a tensor whose shape is not of integers");
        }
        return integer;
    }
}
