package dev.mezzotint.engine.checkpoint;

import java.io.IOException;

/**
 * A tensor on disk, read when it is needed and row by row, so that a model larger than memory's half can be brought into
 * another layout. A row is what lies behind one index of the first dimension; a scalar is one row.
 */
public interface StoredTensor {
    /** Where it comes from, for messages: the file and the name in it. */
    String origin();

    /** The elements' type on disk. */
    DType dtype();

    /** A copy of the shape, in PyTorch's order. */
    int[] shape();

    /**
     * Opens it for reading.
     *
     * @throws IOException if the file cannot be read or is not the one that was opened first
     */
    Rows open() throws IOException;

    /** Number of rows. */
    default int rows() {
        int[] shape = shape();
        return shape.length == 0 ? 1 : shape[0];
    }

    /** Elements of a row. */
    default int rowLength() {
        int[] shape = shape();
        int length = 1;
        for (int d = 1; d < shape.length; d++) {
            length = Math.multiplyExact(length, shape[d]);
        }
        return length;
    }

    /**
     * All elements as floats.
     *
     * @throws IOException if the file cannot be read or the tensor has more elements than an array holds
     */
    default float[] floats() throws IOException {
        long count = (long) rows() * rowLength();
        if (count > Integer.MAX_VALUE - 8) {
            throw new FormatException(origin() + " is larger than an array of Java can be; split the tensor");
        }
        float[] values = new float[(int) count];
        try (Rows open = open()) {
            open.read(0, rows(), values, 0);
        }
        return values;
    }

    /** An open tensor. Several threads may read at once. */
    interface Rows extends AutoCloseable {
        /** Reads rows {@code from} to {@code to} (exclusive) as floats. */
        void read(int from, int to, float[] target, int offset);

        /**
         * Reads a stretch of one row as the 16 bits an element that the file holds, if it holds 16 bits an element and
         * they are read as they are.
         *
         * @param from the first element within the row
         * @return whether anything was read; if not, ask for floats
         */
        default boolean readHalves(int row, int from, int count, short[] target, int offset) {
            return false;
        }

        /** Gives back what reading took. */
        @Override
        void close();
    }
}
