package dev.mezzotint.engine.checkpoint;

import dev.mezzotint.engine.json.Json;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.Objects;

/**
 * A tensor in a file. While it is open, its bytes and no others are mapped; closing it unmaps them, so that a file read
 * tensor by tensor never fills memory.
 */
final class FileTensor implements StoredTensor {
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final FileVersion file;
    private final String name;
    private final DType dtype;
    private final int[] shape;
    private final long[] strides;
    private final long begin;
    private final long extent;
    private final boolean contiguous;

    /**
     * A tensor whose elements lie in the order of its indices.
     *
     * @param begin where in the file the first byte is
     * @throws FormatException if a row has more elements than an array holds
     */
    FileTensor(FileVersion file, String name, DType dtype, int[] shape, long begin) throws FormatException {
        this(file, name, dtype, shape, contiguous(shape), begin);
    }

    /**
     * A tensor that picks its elements out of a storage.
     *
     * @param strides for each dimension, how many elements further the next index is; not negative
     */
    FileTensor(FileVersion file, String name, DType dtype, int[] shape, long[] strides, long begin)
            throws FormatException {
        this.file = file;
        this.name = name;
        this.dtype = dtype;
        this.shape = shape.clone();
        this.strides = strides.clone();
        this.begin = begin;
        this.extent = extent(shape, strides);
        this.contiguous = extent == 0 || Arrays.equals(strides, contiguous(shape));
        try {
            rowLength();
        } catch (ArithmeticException e) {
            throw new FormatException(
                    origin() + " has rows of more elements than an array of Java holds; split the tensor", e);
        }
    }

    /** How far apart neighbours are when the last index runs fastest; of no meaning where the tensor is empty. */
    static long[] contiguous(int[] shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= shape[d];
        }
        return strides;
    }

    /**
     * How many elements of the storage there are from the first to the last one that belongs to the tensor.
     *
     * @throws ArithmeticException if that is not to be counted in 64 bits
     */
    static long extent(int[] shape, long[] strides) {
        long last = 0;
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] == 0) {
                return 0;
            }
            last = Math.addExact(last, Math.multiplyExact(shape[d] - 1, strides[d]));
        }
        return Math.addExact(last, 1);
    }

    @Override
    public String origin() {
        return file.path() + ": tensor " + Json.of(name).print();
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public int[] shape() {
        return shape.clone();
    }

    @Override
    public Rows open() throws IOException {
        return new Mapped();
    }

    /**
     * All elements as integers, for a tensor whose elements lie in the order of its indices.
     *
     * @throws FormatException if they are floating-point numbers or more than an array holds
     */
    long[] longs() throws IOException {
        if (dtype.isFloatingPoint()) {
            throw new FormatException(
                    origin() + " holds " + dtype + " where integers belong; check that the file fits the model");
        }
        if (extent > LARGEST_ARRAY) {
            throw tooLarge();
        }
        long[] values = new long[(int) extent];
        try (Mapped mapped = new Mapped()) {
            for (int i = 0; i < values.length; i++) {
                values[i] = StoredElements.integer(mapped.elements, dtype, i);
            }
        }
        return values;
    }

    /** The bytes from the first to the last element; throws where there are more than an array holds. */
    byte[] bytes() throws IOException {
        if (extent * dtype.bytes() > LARGEST_ARRAY) {
            throw tooLarge();
        }
        try (Mapped mapped = new Mapped()) {
            return mapped.elements.toArray(ValueLayout.JAVA_BYTE);
        }
    }

    private FormatException tooLarge() {
        return new FormatException(origin() + " is larger than an array of Java can be; split the tensor");
    }

    private final class Mapped implements Rows {
        private final Arena arena = Arena.ofShared();
        private final int rows = rows();
        private final int rowLength = rowLength();
        private final MemorySegment elements;

        Mapped() throws IOException {
            try (FileChannel channel = file.open()) {
                elements = channel.map(FileChannel.MapMode.READ_ONLY, begin, extent * dtype.bytes(), arena);
            } catch (IOException | RuntimeException e) {
                arena.close();
                throw e;
            }
        }

        @Override
        public void read(int from, int to, float[] target, int offset) {
            Objects.checkFromToIndex(from, to, rows);
            long count = (long) (to - from) * rowLength;
            Objects.checkFromIndexSize(offset, count, target.length);
            if (contiguous) {
                StoredElements.floats(elements, dtype, (long) from * rowLength, target, offset, (int) count);
            } else {
                for (int row = from; row < to; row++) {
                    gather(1, row * strides[0], target, offset + (row - from) * rowLength);
                }
            }
        }

        @Override
        public boolean readHalves(int row, int from, int count, short[] target, int offset) {
            if (!contiguous || dtype != DType.F16 && dtype != DType.BF16) {
                return false;
            }
            Objects.checkIndex(row, rows);
            Objects.checkFromIndexSize(from, count, rowLength);
            StoredElements.halves(elements, (long) row * rowLength + from, target, offset, count);
            return true;
        }

        /** Reads all that lies behind the indices before dimension {@code d}; returns where the target goes on. */
        private int gather(int d, long first, float[] target, int offset) {
            if (d == shape.length) {
                target[offset] = StoredElements.floatAt(elements, dtype, first);
                return offset + 1;
            }
            if (d == shape.length - 1 && strides[d] == 1) {
                StoredElements.floats(elements, dtype, first, target, offset, shape[d]);
                return offset + shape[d];
            }
            int next = offset;
            for (int i = 0; i < shape[d]; i++) {
                next = gather(d + 1, first + i * strides[d], target, next);
            }
            return next;
        }

        @Override
        public void close() {
            if (arena.scope().isAlive()) {
                arena.close();
            }
        }
    }
}
