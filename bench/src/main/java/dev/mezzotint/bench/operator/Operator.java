package dev.mezzotint.bench.operator;

/** An operator with its operands, ready to run. */
public interface Operator extends AutoCloseable {
    /** Computes once. */
    void run();

    /** What the last run made, channels last: (m, n), (size, size, out), (queries, heads · width), (size, size, channels). */
    float[] result();

    @Override
    void close();
}
