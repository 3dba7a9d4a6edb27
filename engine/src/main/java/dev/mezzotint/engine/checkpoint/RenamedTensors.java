package dev.mezzotint.engine.checkpoint;

import dev.mezzotint.engine.json.Json;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** Stored tensors under names of one's own choice, from one file or several. */
public final class RenamedTensors implements TensorFile {
    private final Path path;
    private final Map<String, StoredTensor> tensors;

    /**
     * Tensors by name.
     *
     * @param path what messages call the whole
     * @param tensors in the order that {@link #names} shall have
     */
    public RenamedTensors(Path path, Map<String, ? extends StoredTensor> tensors) {
        this.path = path;
        this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    }

    /**
     * The tensors of a file that a map names; the others are left out.
     *
     * @param names for each new name the one in the file
     * @throws FormatException if the file lacks one of them
     */
    public static RenamedTensors of(TensorFile file, Map<String, String> names) throws FormatException {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, String> name : names.entrySet()) {
            tensors.put(name.getKey(), file.tensor(name.getValue()));
        }
        return new RenamedTensors(file.path(), tensors);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Set<String> names() {
        return tensors.keySet();
    }

    @Override
    public StoredTensor tensor(String name) throws FormatException {
        return find(path, tensors, name);
    }

    /** Does nothing: stored tensors stay readable. */
    @Override
    public void close() {}

    static <T extends StoredTensor> T find(Path path, Map<String, T> tensors, String name) throws FormatException {
        T tensor = tensors.get(name);
        if (tensor == null) {
            throw new FormatException(path + " has no tensor " + Json.of(name).print() + " among its " + tensors.size()
                    + "; check that the file fits the model");
        }
        return tensor;
    }
}
