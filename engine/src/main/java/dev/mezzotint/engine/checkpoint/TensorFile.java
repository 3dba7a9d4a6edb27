package dev.mezzotint.engine.checkpoint;

import java.nio.file.Path;
import java.util.Set;

/** Named tensors on disk, in one file or several. The tensors stay readable after it is closed. */
public interface TensorFile extends AutoCloseable {
    /** The file, or the one that names the others. */
    Path path();

    /** The tensors' names. */
    Set<String> names();

    /** Whether there is a tensor of this name. */
    default boolean has(String name) {
        return names().contains(name);
    }

    /**
     * A tensor.
     *
     * @throws FormatException if there is none of this name
     */
    StoredTensor tensor(String name) throws FormatException;

    @Override
    void close();
}
