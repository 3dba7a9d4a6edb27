package dev.mezzotint.engine.checkpoint;

import java.io.IOException;

/** A consumer that may fail to read or write. */
@FunctionalInterface
public interface IOConsumer<T> {
    /** @throws IOException if reading or writing fails */
    void accept(T value) throws IOException;
}
