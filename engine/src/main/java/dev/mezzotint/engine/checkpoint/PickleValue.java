package dev.mezzotint.engine.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a pickle of tensors may hold. Dictionaries and lists may hold themselves: none of these is to be printed. */
sealed interface PickleValue {
    /** Python's {@code None}. */
    enum None implements PickleValue {
        NONE
    }

    record Bool(boolean value) implements PickleValue {}

    record Int(long value) implements PickleValue {}

    record Real(double value) implements PickleValue {}

    record Text(String value) implements PickleValue {}

    record Tuple(List<PickleValue> items) implements PickleValue {}

    record Sequence(List<PickleValue> items) implements PickleValue {}

    /** A dictionary, ordered or not; keys are texts, numbers or truth values. */
    record Dict(Map<PickleValue, PickleValue> entries) implements PickleValue {}

    /** A run of elements in the file. */
    record Storage(DType dtype, ZipDirectory.Entry data, long elements) implements PickleValue {}

    /** A view on a storage; {@code offset} and {@code strides} count elements. */
    record Tensor(Storage storage, long offset, int[] shape, long[] strides) implements PickleValue {}

    /** The names of Python's that a file of tensors needs. They are recognised, never looked up. */
    enum Global implements PickleValue {
        ORDERED_DICT("collections.OrderedDict"),
        REBUILD_TENSOR("torch._utils._rebuild_tensor_v2"),
        REBUILD_PARAMETER("torch._utils._rebuild_parameter"),
        DOUBLE("torch.DoubleStorage", DType.F64),
        FLOAT("torch.FloatStorage", DType.F32),
        HALF("torch.HalfStorage", DType.F16),
        BFLOAT16("torch.BFloat16Storage", DType.BF16),
        LONG("torch.LongStorage", DType.I64),
        INT("torch.IntStorage", DType.I32),
        SHORT("torch.ShortStorage", DType.I16),
        CHAR("torch.CharStorage", DType.I8),
        BYTE("torch.ByteStorage", DType.U8),
        BOOL("torch.BoolStorage", DType.BOOL),
        UNTYPED("torch.storage.UntypedStorage", DType.U8);

        private final String qualifiedName;
        private final Optional<DType> elements;

        Global(String qualifiedName) {
            this.qualifiedName = qualifiedName;
            this.elements = Optional.empty();
        }

        Global(String qualifiedName, DType elements) {
            this.qualifiedName = qualifiedName;
            this.elements = Optional.of(elements);
        }

        /** The elements' type if this is a class of storages. */
        Optional<DType> elements() {
            return elements;
        }

        /** The global of this module and name; empty where it is none of these. */
        static Optional<Global> find(String module, String name) {
            for (Global global : values()) {
                if (global.qualifiedName.equals(module + "." + name)) {
                    return Optional.of(global);
                }
            }
            return Optional.empty();
        }
    }
}
